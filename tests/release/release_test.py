"""scripts/release, on a small repository with what it needs of this one, and a build that takes no time.

In the environment: SOURCE, this project.
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["SOURCE"])
sys.path.insert(0, str(SOURCE / "scripts/release.d"))
import versions  # noqa: E402

CHANGELOG = """# Changelog

## Unreleased

### Added

- A thing.

### Fixed

- #12 is
  no more.

## 0.0.9 - 2026-01-02

### Added

- An older thing.
"""
BUILD = """#!/bin/sh
cd "$(dirname "$0")/../.."
mkdir dist
echo It is built.
git log -1 --format=%s >dist/built
"""
IDENTITY = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A"), ("EMAIL", "a@example.invalid"))}


class ReleaseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()
        self.environment = {**os.environ, **IDENTITY, "HOME": str(self.folder), "TMPDIR": str(self.temporary),
                            "GIT_CONFIG_NOSYSTEM": "1", "PYTHONDONTWRITEBYTECODE": "1",
                            "PATH": f"/usr/bin:{os.environ['PATH']}"}
        self.root = self.folder / "repository"
        places = {name for name, _ in [versions.PROJECT, *versions.COPIES]}
        scripts = ["scripts/release", "scripts/release.d/changelog.py", "scripts/release.d/versions.py"]
        for name in [".gitignore", *scripts, *places]:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, self.root / name)
        self.write("CHANGELOG.md", CHANGELOG)
        self.write_build(BUILD)
        self.run_in("scripts/release.d/versions.py", "set", "0.1.0")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def write_build(self, text):
        self.write("scripts/release.d/build", text)
        (self.root / "scripts/release.d/build").chmod(stat.S_IRWXU)

    def run_in(self, *command, status=0):
        ended = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True,
                               check=False, timeout=60)
        self.assertEqual(status, ended.returncode, ended.stderr)
        return ended.stderr if status else ended.stdout

    def git(self, *words):
        return self.run_in("git", *words).strip()

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A change")

    def state(self):
        commands = [("show-ref",), ("status", "--porcelain"), ("worktree", "list")]
        return [self.git(*words) for words in commands], self.read("CHANGELOG.md")

    def assert_refused(self, version, *sentences):
        before = self.state()
        said = self.run_in("scripts/release", version, status=1)
        self.assertEqual(list(sentences), said.splitlines())
        self.assertEqual(before, self.state())
        self.assertFalse((self.root / "dist").exists())

    def test_it_commits_tags_and_builds_and_pushes_nothing(self):
        before = self.git("rev-parse", "HEAD")
        said = self.run_in("scripts/release", "0.2.0")
        self.assertEqual("git push origin main v0.2.0\n", said)
        self.assertEqual(before, self.git("rev-parse", "HEAD^"))
        self.assertEqual("tag", self.git("cat-file", "-t", "v0.2.0"))
        self.assertEqual(self.git("rev-parse", "main"), self.git("rev-parse", "v0.2.0^{commit}"))
        self.assertEqual("workflow_node 0.2.0\n\n### Added\n\n- A thing.\n\n### Fixed\n\n- #12 is\n  no more.",
                         self.git("tag", "--list", "--format=%(contents)", "v0.2.0"))
        self.assertEqual("0.2.0\n", self.run_in("scripts/release.d/versions.py"))
        self.assertRegex(self.read("CHANGELOG.md"),
                         r"\n## Unreleased\n\n## 0\.2\.0 - \d{4}-\d\d-\d\d\n\n### Added\n\n- A thing\.\n")
        self.assertEqual("Release 0.2.0\n", self.read("dist/built"))
        self.assertEqual("", self.git("status", "--porcelain"))
        self.assertEqual(1, len(self.git("worktree", "list").splitlines()))
        self.assertEqual([], list(self.temporary.iterdir()))

    def test_each_place_has_the_version_once_it_is_released(self):
        self.run_in("scripts/release", "10.20.30")
        for name, _ in [versions.PROJECT, *versions.COPIES]:
            self.assertNotRegex(re.sub(r'"node_modules/.*', "", self.read(name), flags=re.DOTALL), r"\b0\.1\.0\b", name)
            self.assertIn("10.20.30", self.read(name), name)

    def test_the_first_release_may_have_the_version_that_is_there(self):
        self.run_in("scripts/release", "0.1.0")
        self.assertEqual(["CHANGELOG.md"], self.git("diff", "--name-only", "HEAD^").splitlines())

    def test_a_dry_run_says_what_would_be_done_and_does_nothing(self):
        before = self.state()
        said = self.run_in("scripts/release", "--dry-run", "0.2.0")
        for part in ["annotated tag v0.2.0", "- A thing."]:
            self.assertIn(part, said)
        self.assertNotIn("An older thing", said)
        self.assertEqual(before, self.state())
        self.assertFalse((self.root / "dist").exists())

    def test_nothing_is_left_of_a_release_whose_build_fails(self):
        self.write_build("#!/bin/sh\necho It is broken. >&2\nexit 1\n")
        self.commit()
        (self.root / "dist").mkdir()
        self.write("dist/built", "before")
        before = self.state()
        said = self.run_in("scripts/release", "0.2.0", status=1)
        self.assertIn("It is broken.\nThe build failed. No commit, no tag and no file was left", said)
        self.assertEqual(before, self.state())
        self.assertEqual("before", self.read("dist/built"))
        self.assertEqual([], list(self.temporary.iterdir()))

    def test_nothing_is_left_when_main_has_moved_meanwhile(self):
        self.write_build(f"{BUILD}git -C {self.root} commit --quiet --allow-empty --message Meanwhile\n")
        self.commit()
        said = self.run_in("scripts/release", "0.2.0", status=1)
        self.assertIn("main could not move to the release", said)
        self.assertEqual("Meanwhile", self.git("log", "-1", "--format=%s"))
        self.assertEqual("", self.git("tag", "--list"))
        self.assertFalse((self.root / "dist").exists())

    def test_a_version_is_three_numbers(self):
        for version in ["1.2", "v1.2.3", "1.2.3-rc.1", "01.2.3", "1.2.x", ""]:
            self.assert_refused(version, f"{version} is no version: it has to be three numbers, as in 1.2.3. "
                                "CMake's project() takes nothing else.")

    def test_a_version_is_newer_than_the_last_release(self):
        self.git("tag", "v0.9.10")
        self.assert_refused("0.9.9", "0.9.9 is older than the last release, 0.9.10. Take a newer version.")
        self.run_in("scripts/release", "--dry-run", "0.10.0")

    def test_a_version_is_no_older_than_the_projects(self):
        self.assert_refused(
            "0.0.10", "0.0.10 is older than project() in CMakeLists.txt, 0.1.0. Take that one, or a newer one.")

    def test_a_version_is_released_once(self):
        self.run_in("scripts/release", "0.2.0")
        shutil.rmtree(self.root / "dist")
        self.assert_refused(
            "0.2.0", "CHANGELOG.md has a section of 0.2.0 already. Take the next version.",
            "There is a tag v0.2.0 already. Take the next version; or, if it was never pushed, run: git tag -d v0.2.0",
            'Nothing stands under "Unreleased" in CHANGELOG.md. Say there what changed for users.')

    def test_the_changelog_has_its_form(self):
        self.write("CHANGELOG.md", CHANGELOG.replace("## Unreleased", "## Next"))
        self.commit()
        self.assert_refused("0.2.0", 'CHANGELOG.md has no section "## Unreleased". Add it above the newest release.')
        self.write("CHANGELOG.md", CHANGELOG.replace("### Fixed", "### Mended"))
        self.commit()
        self.assert_refused("0.2.0", '"Mended" is no kind of change in CHANGELOG.md. These are: '
                            "Added, Changed, Deprecated, Removed, Fixed, Security.")

    def test_what_is_not_committed_or_not_on_main_is_not_released(self):
        self.git("switch", "--quiet", "--create", "other")
        self.write("forgotten", "")
        self.assert_refused(
            "0.2.0", "Releases are made of main, and other is checked out. Run: git switch main",
            "There are changes that are not committed. Commit them, or put them away with: git stash --include-untracked")

    def test_every_place_has_the_same_version_before(self):
        self.write("hosts/python/pyproject.toml", self.read("hosts/python/pyproject.toml").replace("0.1.0", "0.1.1"))
        self.commit()
        self.assert_refused(
            "0.2.0", "hosts/python/pyproject.toml has the version 0.1.1, but project() in CMakeLists.txt has 0.1.0. "
            "Run scripts/release.d/versions.py set 0.1.0.")


class VersionsTest(unittest.TestCase):
    def test_every_place_of_this_project_has_the_version_of_project(self):
        self.assertEqual([], versions.differences())

    def test_no_place_is_forgotten(self):
        described = re.compile(rf"\bversion\W+{re.escape(versions.project_version())}\b", re.IGNORECASE)
        kinds = ["*.json", "*.toml", "*.txt", "*.cmake", ":!*package-lock.json"]
        listed = subprocess.run(["git", "ls-files", "-z", *kinds], cwd=SOURCE, check=True, capture_output=True, text=True,
                                timeout=60).stdout.split("\0")[:-1]
        having = {name for name in listed if described.search((SOURCE / name).read_text(encoding="utf-8"))}
        self.assertEqual(having, {name for name, _ in [versions.PROJECT, *versions.COPIES] if "package-lock" not in name})


if __name__ == "__main__":
    unittest.main()
