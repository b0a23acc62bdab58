"""What PyInstaller does not see of treealg: names are loaded as stubs say, when they are asked for.

Packages for other frameworks have to be named, as they would bring these along:
``pyinstaller --collect-submodules treealg.torch``.
"""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

_ROOMS = ("symbolic", "tables", "numeric", "codegen", "verification", "_fast", "cuda")

hiddenimports = ["treealg.recipes"]
for _room in _ROOMS:
    hiddenimports += collect_submodules(f"treealg.{_room}")
datas = collect_data_files("treealg", includes=["**/*.pyi", "**/*.h", "**/*.c"])
