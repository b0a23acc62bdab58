from treealg import (
    codegen as codegen,
    engines as engines,
    symbolic as symbolic,
    tables as tables,
)
from treealg._version import __version__ as __version__
from treealg.errors import (
    InvalidTypeError as InvalidTypeError,
    InvalidValueError as InvalidValueError,
    MissingDependencyError as MissingDependencyError,
    TableCacheWarning as TableCacheWarning,
    TreeAlgError as TreeAlgError,
)
from treealg.numeric import *
from treealg.numeric.operations import operations as operations
from treealg.verification.run import verify as verify
