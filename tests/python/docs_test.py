"""Every piece of Python in the documents is run, against the scripted peer."""

import ast
import asyncio
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import unittest

from support import API_KEY, Case, HeldPeer, INPUT, PIXELML, Peer, ROOT, connection_with_files, wfn

DOCUMENTS = ("hosts/python/README.md", "docs/host-authors.md")


def pieces():
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for match in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
            line = text.count("\n", 0, match.start()) + 2
            yield f"{document}:{line}", "\n" * (line - 1) + match.group(1), match.group(1)


class DocumentsTest(Case):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.environ["WORKFLOW_NODE_PATH"] = str(pathlib.Path(PIXELML).parent)

    def run_piece(self, place, code, peer):
        folder = self.folder / re.sub(r"\W", "_", place)
        folder.mkdir()
        os.chdir(folder)
        pathlib.Path("connection.json").write_text(json.dumps(connection_with_files(peer)))
        shutil.copy(ROOT / "sandbox" / "example" / "coffee.jpg", "photo.jpg")
        module = wfn.Module.load(PIXELML)
        printed = io.StringIO()
        names = {"wfn": wfn, "module": module, "connection": connection_with_files(peer), "input": INPUT}
        compiled = compile(code, place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with contextlib.redirect_stdout(printed):
            if compiled.co_flags & 0x80:  # it awaits
                async def main():
                    async with wfn.Session(module) as names["session"]:
                        await eval(compiled, names)
                asyncio.run(main())
            else:
                eval(compiled, names)
        return names, printed.getvalue()

    def test_each_piece_gets_its_video_for_one_submit(self):
        done = 0
        for place, code, text in pieces():
            with self.subTest(place), HeldPeer() as peer:
                peer.release = True
                names, printed = self.run_piece(place, code, peer)
                video = Peer.video_of("job-1")
                self.assertTrue(video in printed or names["result"].output == {"video": video}, printed)
                self.assertEqual(1, len(peer.submits))
                self.assertNotIn(API_KEY, printed)
                self.assertTrue(all(len(line) <= 120 for line in text.split("\n")))
            done += 1
        self.assertGreaterEqual(done, 7)


if __name__ == "__main__":
    unittest.main()
