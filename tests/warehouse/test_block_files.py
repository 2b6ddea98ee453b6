"""Files of blocks: how much of a file of rows each document has."""

from pathlib import Path

import numpy as np

from etl.warehouse import block_files


def test_a_newline_in_quotes_ends_no_row(tmp_path: Path) -> None:
    rows = tmp_path / "x.rows"
    parts = [b'a,"one\ntwo"\nb,"say ""\n"""\n', b"c,d\n"]
    rows.write_bytes(b"".join(parts))
    assert block_files._sizes(rows, np.array([2, 1])).tolist() == [len(part) for part in parts]
    rows.write_bytes(b"")
    assert block_files._sizes(rows, np.array([], np.int64)).tolist() == []
