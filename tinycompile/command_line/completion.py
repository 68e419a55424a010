"""What a shell offers where <TAB> is pressed, and the script that makes it ask. It must not wait for TVM."""

from contextlib import suppress
from pathlib import Path

import click

from tinycompile.errors import TinyCompileError
from tinycompile.program import brief

MOVE_ONLY = ("QuantizeLinear", "DequantizeLinear")  # of ONNX: no layers


def target(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from tinycompile.target import names

    return [name for name in names() if name.startswith(incomplete)]


def layer(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """LAYER= for each layer of the models on the line; a shell that completes gets no errors."""
    names = []
    for word in ctx.args:  # click has not told them from values yet
        with suppress(TinyCompileError, OSError, ValueError):
            names += layers(Path(word))
    return [f"{name}=" for name in names if name.startswith(incomplete)]


def layers(model: Path) -> list[str]:
    """By the names that the report shows."""
    from tinycompile import frontend

    if frontend.kind(model) == frontend.ONNX:
        import onnx

        nodes = onnx.load(model, load_external_data=False).graph.node
        names = [n.name or n.output[0] for n in nodes if n.op_type not in MOVE_ONLY]
        return list(map(brief, names))
    import tflite

    graph = tflite.Model.GetRootAs(model.read_bytes(), 0).Subgraphs(0)
    operators = map(graph.Operators, range(graph.OperatorsLength()))
    made = [graph.Tensors(o.Outputs(0)).Name() for o in operators if o.OutputsLength()]
    return [brief(name.decode()) for name in made]


def script(command: click.Command, shell: str) -> str:
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    return made(command, {}, "tinycompile", "_TINYCOMPILE_COMPLETE").source()
