"""Resolve bindings that only rename (`a = b`, fields of known tuples) and drop what nothing reads.

Unlike TVM's CanonicalizeBindings this lets a tensor of the model keep its name: where `conv1 = lv12`, lv12 is
called conv1.
"""

import tvm

from tinycompile.rewriting.rewriter import Rewriter


@tvm.transform.module_pass(opt_level=0, name="ResolveAliases")
class ResolveAliases:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return Rewriter(mod, lambda rewriter, var, call: None).run()
