"""The order of the layers that needs least memory at once.

Best first over the sets of layers that are done: a set says what is alive, and the smallest peak on the way
to it is all that matters. The first time that everything is done, no order has a smaller peak. Where there
are too many sets, only the best of each size are kept, and the order is the best found.
"""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from tinycompile.memory.lifetimes import aligned, alignment
from tinycompile.memory.overlap import distances
from tinycompile.program import Layer, Program

SETS = 20_000  # looked at in search of the best order: about a second
UNKNOWN = 1 << 62  # bytes: further than anything
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


class Costs(NamedTuple):
    """Bytes of a layer."""

    made: int
    unread: int  # of them what nobody reads
    read: int
    scratch: int
    # Of each input that may die with it: the layers that read it, as bits, its size, how far before it the
    # output may begin.
    ends: tuple[tuple[int, int, int | None], ...]


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
        self.after = [
            [k for k, b in enumerate(self.before) if b >> i & 1] for i in range(self.count)
        ]
        self.first = sum(1 << i for i, before in enumerate(self.before) if not before)
        self.readers = self.reading()
        # Bytes before the run; inputs that nobody reads are gone then.
        self.begin = sum(self.sizes[name] for name in self.inputs)
        self.live = sum(self.sizes[n] for n in self.inputs & (self.kept | self.readers.keys()))
        self.layers = [self.costs(layer) for layer in program.layers]

    def costs(self, layer: Layer) -> Costs:
        far = distances(layer)
        made = {t.storage for t in layer.outputs} & self.sizes.keys()
        read = sorted({t.storage for t in layer.inputs} & self.sizes.keys())
        return Costs(
            made=sum(self.sizes[name] for name in made),
            unread=sum(self.sizes[n] for n in made - self.kept if not self.readers.get(n)),
            read=sum(self.sizes[name] for name in read),
            scratch=aligned(layer.call.scratch, self.to),
            ends=tuple(
                (self.readers[name], self.sizes[name], far.get(name))
                for name in read
                if name not in self.kept
            ),
        )

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
        layer, near, nearest, dead = self.layers[i], 0, UNKNOWN, 0
        for readers, size, far in layer.ends:
            if not readers & ~done:
                dead += size
                if far is not None:
                    near, nearest = near + size, min(nearest, max(0, far))
        shared = max(0, min(layer.made - aligned(nearest, self.to), near)) if near else 0
        live = live or layer.read  # the layer alone
        after = live + layer.made - layer.unread - dead
        return live + layer.made - shared + layer.scratch, after

    def ready(self, done: int, before: int, i: int) -> int:
        """The layers, as bits, that may follow once `i` has made the set `done`; `before` might till then."""
        ready = before & ~(1 << i)
        for k in self.after[i]:
            if not self.before[k] & ~done:
                ready |= 1 << k
        return ready

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
    # Peak, how many are not done, the set, bytes alive, what may follow.
    heap = [(work.begin, 0, 0, work.live, work.first)]
    seen = 0
    while heap:
        peak, _, done, live, ready = heapq.heappop(heap)
        if done == everything:
            return way(last, done)
        if best[done] < peak:
            continue
        seen += 1
        if seen > SETS:
            return None
        for i in bits(ready):
            following = done | 1 << i
            during, after = work.step(live, following, i)
            highest = max(peak, during)
            if highest < best.get(following, highest + 1):
                best[following], last[following] = highest, i
                may = work.ready(following, ready, i)
                heapq.heappush(heap, (highest, -following.bit_count(), following, after, may))
    raise AssertionError("a layer waits for itself")


def beam(work: Work) -> list[int]:
    """A good order: of the sets of each size only the best go on."""
    last: dict[int, int] = {}
    kept = {0: (work.begin, work.live, work.first)}
    for _ in range(work.count):
        following: dict[int, tuple[int, int, int]] = {}
        for done, (peak, live, ready) in kept.items():
            for i in bits(ready):
                made = done | 1 << i
                during, after = work.step(live, made, i)
                found = max(peak, during), after
                if made not in following or found < following[made][:2]:
                    following[made], last[made] = (*found, work.ready(made, ready, i)), i
        best = sorted(following, key=lambda done: (*following[done][:2], done))[:KEPT]
        kept = {done: following[done] for done in best}
    return way(last, (1 << work.count) - 1)


def bits(of: int) -> Iterator[int]:
    """The numbers of those that are set."""
    while of:
        lowest = of & -of
        yield lowest.bit_length() - 1
        of ^= lowest


def way(last: dict[int, int], done: int) -> list[int]:
    """The layers that lead to `done`, in order."""
    order = []
    while done:
        order.append(last[done])
        done ^= 1 << order[-1]
    return order[::-1]
