"""How fast evidence bundles are made, against setting everything with WeasyPrint, Chromium's print and qpdf."""
