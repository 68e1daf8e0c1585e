"""What is easily confused: operators, comparisons, functions by the last part of their name."""

from __future__ import annotations

import libcst as cst

OPERATORS: dict[type[cst.BaseBinaryOp], cst.BaseBinaryOp] = {
    cst.Add: cst.Subtract(),
    cst.Subtract: cst.Add(),
    cst.Multiply: cst.Divide(),
    cst.Divide: cst.Multiply(),
    cst.FloorDivide: cst.Divide(),
    cst.Modulo: cst.FloorDivide(),
    cst.Power: cst.Multiply(),
    cst.MatrixMultiply: cst.Multiply(),
    cst.BitAnd: cst.BitOr(),
    cst.BitOr: cst.BitAnd(),
    cst.BitXor: cst.BitOr(),
}
AUGMENTED: dict[type[cst.BaseAugOp], cst.BaseAugOp] = {
    cst.AddAssign: cst.SubtractAssign(),
    cst.SubtractAssign: cst.AddAssign(),
    cst.MultiplyAssign: cst.DivideAssign(),
    cst.DivideAssign: cst.MultiplyAssign(),
}
COMPARISONS: dict[type[cst.BaseCompOp], tuple[cst.BaseCompOp, ...]] = {
    cst.LessThan: (cst.LessThanEqual(), cst.GreaterThanEqual()),
    cst.LessThanEqual: (cst.LessThan(), cst.GreaterThan()),
    cst.GreaterThan: (cst.GreaterThanEqual(), cst.LessThanEqual()),
    cst.GreaterThanEqual: (cst.GreaterThan(), cst.LessThan()),
    cst.Equal: (cst.NotEqual(),),
    cst.NotEqual: (cst.Equal(),),
    cst.Is: (cst.IsNot(),),
    cst.IsNot: (cst.Is(),),
    cst.In: (cst.NotIn(),),
    cst.NotIn: (cst.In(),),
}
# Functions by the last part of their name: those that are easily confused,
MISTAKABLE = {
    "sum": "mean", "mean": "sum", "reduce_sum": "reduce_mean", "reduce_mean": "reduce_sum",
    "max": "min", "min": "max", "reduce_max": "reduce_min", "reduce_min": "reduce_max",
    "maximum": "minimum", "minimum": "maximum", "argmax": "argmin", "argmin": "argmax",
    "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like", "ones_like": "zeros_like",
    "std": "var", "var": "std", "reduce_std": "reduce_variance", "reduce_variance": "reduce_std",
    "sin": "cos", "cos": "sin", "floor": "ceil", "ceil": "floor", "any": "all", "all": "any",
    "reduce_any": "reduce_all", "reduce_all": "reduce_any", "cumsum": "cumprod",
    "tanh": "sigmoid", "sigmoid": "tanh", "exp": "expm1", "log": "log1p", "log1p": "log",
}  # fmt: skip
# and those that are easily forgotten, which leaves their argument alone.
FORGETTABLE = {
    "sqrt", "rsqrt", "exp", "log", "log1p", "square", "abs", "tanh", "sigmoid", "relu", "gelu", "softmax",
    "log_softmax", "softplus", "transpose", "matrix_transpose", "stop_gradient", "reverse", "reversed",
    "sorted", "sort", "cumsum", "conj", "real", "flip", "cos", "sin", "ceil", "floor", "round", "sign",
    "l2_normalize", "norm", "diag", "exp2", "log2", "negative", "reciprocal", "logical_not",
}  # fmt: skip
COMMUTATIVE = {
    "maximum", "minimum", "max", "min", "add", "multiply", "isinstance", "logical_and", "logical_or",
    "gcd", "hypot", "getattr", "hasattr", "setattr",
}  # fmt: skip
ONE_WAY = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.MatrixMultiply, cst.Power)
# Nothing is graded by a name or a dtype.
UNGRADED = {"name", "dtype"}
