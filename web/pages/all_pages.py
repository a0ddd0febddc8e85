"""Every page: importing this serves them. A page is a module of this folder; what it serves it registers itself."""

import importlib
import pkgutil
from pathlib import Path

for _found in pkgutil.iter_modules([str(Path(__file__).parent)]):
    importlib.import_module(f"web.pages.{_found.name}")
