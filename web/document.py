"""The committed OpenAPI document.

``python -m web.document write`` writes it to ``web/schemas``, ``check`` fails when it is stale.
"""

import sys
from pathlib import Path
from typing import cast

from events import schema
from web.app import create_app
from web.services import Services

FOLDER = Path(__file__).parent / "schemas"


def documents() -> dict[str, str]:
    """Return the text of the document by its file name."""
    app = create_app(cast("Services", None))  # it is described, and serves nothing
    return schema.texts({"openapi.json": app.openapi()})


if __name__ == "__main__":
    sys.exit(schema.main(sys.argv[1:], FOLDER, documents()))
