"""The order of the layers that needs least memory at once.

Best first over the sets of layers that are done: a set says what is alive, and the smallest peak on the way
to it is all that matters. The first time that everything is done, no order has a smaller peak. Where there
are too many sets, only the best of each size are kept, and the order is the best found.
"""

import heapq
from dataclasses import replace

from tinycompile.memory.lifetimes import aligned, alignment
from tinycompile.memory.overlap import distances
from tinycompile.program import Program

SETS = 30_000  # looked at in search of the best order: about a second
KEPT = 100  # of each size, where those were not enough


def in_order(program: Program, order: list[int]) -> Program:
    """`program` with its layers in `order`, named by their new places."""
    layers = [
        replace(layer, name=f"layer{i:02}_{layer.name.split('_', 1)[1]}")
        for i, layer in enumerate(program.layers[old] for old in order)
    ]
    return replace(program, layers=layers)


def best_order(program: Program) -> list[int]:
    """The layers' numbers; as they are where nothing is better."""
    work = Work(program)
    own = list(range(len(program.layers)))
    if work.peak(own) <= work.least:
        return own
    found = exact(work) or beam(work)
    return found if work.peak(found) < work.peak(own) else own


class Work:
    """A program as sets of bits: what each layer needs done before, what it reads last, adds and takes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.to = alignment(program)
        self.count = len(program.layers)
        self.states = {state.tensor.storage for state in program.states}
        sizes: dict[str, int] = {}
        for tensor in program.tensors.values():
            sizes[tensor.storage] = max(sizes.get(tensor.storage, 0), tensor.nbytes)
        self.sizes = {
            name: aligned(size, self.to) for name, size in sizes.items() if name not in self.states
        }
        self.inputs = {t.storage for t in program.inputs} - self.states
        self.kept = {t.storage for t in program.outputs}
        self.before = self.needed()
        self.readers = self.reading()
        # Bytes before the run; inputs that nobody reads are gone then.
        self.begin = sum(self.sizes[name] for name in self.inputs)
        self.live = sum(self.sizes[n] for n in self.inputs & (self.kept | self.readers.keys()))
        layers = program.layers
        self.reads = [sorted({t.storage for t in la.inputs} & self.sizes.keys()) for la in layers]
        self.makes = [sorted({t.storage for t in la.outputs} & self.sizes.keys()) for la in layers]
        self.scratch = [aligned(layer.call.scratch, self.to) for layer in layers]
        self.far = list(map(distances, layers))

    @property
    def least(self) -> int:
        """What any order needs: the largest layer alone, all that it reads dying."""
        everything = (1 << self.count) - 1
        return max((self.step(0, everything, i)[0] for i in range(self.count)), default=0)

    def needed(self) -> list[int]:
        """The layers before each: those that make what it reads, and of a state's those that come earlier."""
        made: dict[str, int] = {}
        touched: dict[str, int] = {}
        before = [0] * self.count
        for i, layer in enumerate(self.program.layers):
            for tensor in (*layer.inputs, *layer.outputs):
                if tensor.storage in self.states:
                    before[i] |= touched.get(tensor.storage, 0)
                elif tensor in layer.inputs:
                    before[i] |= made.get(tensor.storage, 0)
            for tensor in (*layer.inputs, *layer.outputs):
                if tensor.storage in self.states:
                    touched[tensor.storage] = touched.get(tensor.storage, 0) | 1 << i
            for tensor in layer.outputs:
                made[tensor.storage] = made.get(tensor.storage, 0) | 1 << i
        return before

    def reading(self) -> dict[str, int]:
        """The layers that read each storage."""
        readers: dict[str, int] = {}
        for i, layer in enumerate(self.program.layers):
            for tensor in layer.inputs:
                readers[tensor.storage] = readers.get(tensor.storage, 0) | 1 << i
        return readers

    def step(self, live: int, done: int, i: int) -> tuple[int, int]:
        """The bytes that exist while layer `i` runs, and after it; `done` has `i` in it, `live` is before."""
        made = sum(self.sizes[name] for name in self.makes[i])
        dead = [
            name
            for name in self.reads[i]
            if name not in self.kept and not self.readers[name] & ~done
        ]
        near = [name for name in dead if name in self.far[i]]
        shared = 0
        if near and made:
            own = aligned(max(0, min(self.far[i][name] for name in near)), self.to)
            shared = max(0, min(made - own, sum(self.sizes[name] for name in near)))
        if not live:  # the layer alone
            live = sum(self.sizes[name] for name in self.reads[i])
        unread = sum(
            self.sizes[name]
            for name in self.makes[i]
            if name not in self.kept and not self.readers.get(name)
        )
        after = live + made - unread - sum(self.sizes[name] for name in dead)
        return live + made - shared + self.scratch[i], after

    def ready(self, done: int) -> list[int]:
        return [i for i in range(self.count) if not done >> i & 1 and not self.before[i] & ~done]

    def peak(self, order: list[int]) -> int:
        highest, live, done = self.begin, self.live, 0
        for i in order:
            done |= 1 << i
            during, live = self.step(live, done, i)
            highest = max(highest, during)
        return highest


def exact(work: Work) -> list[int] | None:
    """An order of the smallest peak; None if it takes too long to find."""
    everything = (1 << work.count) - 1
    best = {0: work.begin}
    last: dict[int, int] = {}  # the layer that led to a set
    heap = [(work.begin, 0, 0, work.live)]  # peak, how many are not done, the set, bytes alive
    seen = 0
    while heap:
        peak, _, done, live = heapq.heappop(heap)
        if done == everything:
            return way(last, done)
        if best[done] < peak:
            continue
        seen += 1
        if seen > SETS:
            return None
        for i in work.ready(done):
            following = done | 1 << i
            during, after = work.step(live, following, i)
            highest = max(peak, during)
            if highest < best.get(following, highest + 1):
                best[following], last[following] = highest, i
                heapq.heappush(heap, (highest, -following.bit_count(), following, after))
    raise AssertionError("a layer waits for itself")


def beam(work: Work) -> list[int]:
    """A good order: of the sets of each size only the best go on."""
    last: dict[int, int] = {}
    kept = {0: (work.begin, work.live)}
    for _ in range(work.count):
        following: dict[int, tuple[int, int]] = {}
        for done, (peak, live) in kept.items():
            for i in work.ready(done):
                made = done | 1 << i
                during, after = work.step(live, made, i)
                found = max(peak, during), after
                if made not in following or found < following[made]:
                    following[made], last[made] = found, i
        best = sorted(following, key=lambda done: (*following[done], done))[:KEPT]
        kept = {done: following[done] for done in best}
    return way(last, (1 << work.count) - 1)


def way(last: dict[int, int], done: int) -> list[int]:
    """The layers that lead to `done`, in order."""
    order = []
    while done:
        order.append(last[done])
        done ^= 1 << order[-1]
    return order[::-1]
