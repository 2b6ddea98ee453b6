"""Machine code of the modules that read every word, made by mypyc from the same sources.

    .venv/bin/python -m etl.native      build it, unless it is there (`make native`)

Without it everything works and gives the same rows, at a third of the speed. It is kept in the cache folder under
a name made of the sources and of this Python, so that machine code is never older than what it was made from: after
an edit the sources are read again until the next build. Building needs mypy (the dependency group dev) and a C
compiler; neither is needed where it is used.
"""

import hashlib
import importlib.util
import os
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import MutableSequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from etl.settings import PACKAGE, current

MODULES = (
    "transform/events/clauses.py",
    "transform/events/cluster.py",
    "transform/events/code.py",
    "transform/events/identity.py",
    "transform/events/inflection.py",
    "transform/events/lexicon.py",
    "transform/events/marks.py",
    "transform/events/modality.py",
    "transform/events/nouns.py",
    "transform/events/participants.py",
    "transform/events/phrases.py",
    "transform/events/recall.py",
    "transform/events/records.py",
    "transform/events/scene.py",
    "transform/events/timing.py",
    "transform/events/tokens.py",
    "transform/events/verbs.py",
    "transform/places/candidates.py",
    "transform/places/capitals.py",
    "transform/places/find.py",
    "transform/places/locate.py",
    "transform/places/resolve.py",
    "transform/places/weigh.py",
    "transform/places/within.py",
    "transform/places/words.py",
    "transform/times/build.py",
    "transform/times/find.py",
    "transform/times/grammar.py",
    "transform/times/resolve.py",
    "transform/times/stamps.py",
    "transform/times/symbols.py",
    "transform/times/words.py",
    "transform/pages.py",
    "transform/dates.py",
    "transform/datelines.py",
    "transform/agencies.py",
    "transform/sentences.py",
    "transform/heads.py",
    "transform/mentions.py",
    "transform/reading.py",
    "transform/rows.py",
    "transform/zones.py",
    "transform/repeats.py",
    "transform/tabulate.py",
)
"""What is compiled, in the package. They call each other directly, so they are built and used together."""
_SEEN = ("languages/__init__.py", "transform/records.py")
"""What they use of others: a constant of theirs may stand in the machine code."""
_SHARED = "*__mypyc*"  # the library that holds the code of all of them
_FLAGS = ["-fvisibility=hidden"] if os.name == "posix" else []
"""They call each other straight and not by way of a table that other libraries may fill: a twelfth of the time."""
_KEPT = 5
SCRATCH = "building-"
_LONGEST_BUILD_S = 86_400


def prefer(package: str, path: MutableSequence[str]) -> None:
    """Let a package find machine code before its sources, where it has been built from them.

    Args:
        package: name of the package.
        path: its `__path__`.
    """
    if not current().native:
        return
    inside = folder() / Path(*package.split("."))
    if inside.is_dir():
        _load_shared(folder())
        path.insert(0, str(inside))


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where the machine code of these sources stands, or would."""
    how = f"{sysconfig.get_config_var('EXT_SUFFIX')}{_FLAGS}"
    digest = hashlib.blake2b(how.encode(), digest_size=8)
    for module in (*MODULES, *_SEEN):
        digest.update(module.encode() + b"\0" + (PACKAGE / module).read_bytes())
    return current().cache / "native" / digest.hexdigest()


@lru_cache(maxsize=1)
def _load_shared(built: Path) -> None:
    for library in built.glob(_SHARED):
        name = library.name.partition(".")[0]
        spec = importlib.util.spec_from_file_location(name, library)
        if spec is None or spec.loader is None:
            raise ImportError(f"{library} is no library of this Python: delete {built} and run `make native`")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])


def build() -> Path:
    """Build the machine code of the sources as they are now.

    Returns:
        The folder it stands in. Whoever looks there finds all of it or nothing.

    Raises:
        ImportError: mypy or setuptools are not installed.
        Exception: the compiler's, whatever it is.
    """
    from mypyc.build import mypycify

    target = folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=SCRATCH) as scratch:
        here = Path.cwd()
        os.chdir(PACKAGE.parent)  # mypyc names modules after their paths from where it runs
        try:
            sources = [str((PACKAGE / module).relative_to(PACKAGE.parent)) for module in MODULES]
            extensions = mypycify(
                ["--config-file=pyproject.toml", *sources],
                target_dir=f"{scratch}/c",
                multi_file=True,  # so that the cores share them; together they take longer and are no faster
                opt_level="1",  # half the time of 3 and as fast: the time goes into Python's own library
                debug_level="0",
            )
            for extension in extensions:
                extension.extra_compile_args += _FLAGS
            _compile(extensions, Path(scratch))
        finally:
            os.chdir(here)
        if not target.is_dir():  # another process may have been faster
            Path(scratch, "lib").rename(target)
    forget_old(target)
    return target


def _compile(extensions: list[Any], scratch: Path) -> None:
    """Compile C into a folder `lib`, as many files at a time as there are cores."""
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    class Build(build_ext):
        """The command that is given all C of an extension at once."""

        def build_extensions(self) -> None:
            one_by_one = self.compiler.compile
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                self.compiler.compile = lambda sources, **how: [
                    made for objects in pool.map(lambda c: one_by_one([c], **how), sources) for made in objects
                ]
                super().build_extensions()

    command = Build(Distribution({"ext_modules": extensions, "name": "dateline"}))
    command.build_lib, command.build_temp = f"{scratch}/lib", f"{scratch}/o"
    command.ensure_finalized()
    command.run()


def forget_old(target: Path) -> None:
    """Keep what a few checkouts may use; a process that has loaded the rest keeps what it has.

    What a build that was killed has left goes too.
    """
    built = [f for f in target.parent.iterdir() if f.is_dir() and len(f.name) == len(target.name)]
    for old in sorted(built, key=lambda f: f.stat().st_mtime)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    for left in target.parent.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > _LONGEST_BUILD_S:
            shutil.rmtree(left, ignore_errors=True)


def main() -> int:
    """Build what is missing; say what happens where it cannot be."""
    if folder().is_dir():
        return 0
    print(f"building machine code of {len(MODULES)} modules, once: some minutes", file=sys.stderr)  # noqa: T201
    try:
        build()
    except (Exception, SystemExit) as error:  # no compiler, no mypy, a full disk: slower, and nothing else
        print(f"no machine code, the sources are used: {error}", file=sys.stderr)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
