#!/usr/bin/env python3
"""What of others is linked into the files that are shipped: which version, from which Debian package, under what terms.

third_party.py DOWNLOADS PLATFORM...  prints the terms, as THIRD_PARTY_LICENSES has them
    DOWNLOADS: where cmake/platforms/prepare keeps Debian's packages
"""

import collections
import dataclasses
import functools
import io
import pathlib
import re
import subprocess
import sys
import tarfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMON_LICENSES = pathlib.Path("/usr/share/common-licenses")
GCC_LICENSE = "GPL-3.0-or-later WITH GCC-exception-3.1"
GLIBC_LICENSE = "LGPL-2.1-or-later WITH GCC-exception-2.0"
LLVM_LICENSE = "Apache-2.0 WITH LLVM-exception"

DEBIAN = "debian"  # beside the platforms of scripts/package: what the Debian packages are made of
MODULE, ADDON, COMMAND = "pixelml_nodes.so", "workflow_node.node", "workflow-node"


@dataclasses.dataclass(frozen=True)
class Component:
    name: str
    license: str  # an expression of SPDX
    package: str
    version: str  # the package's
    architecture: str
    copyright: str = dataclasses.field(repr=False)  # the package's file

    @property
    def upstream_version(self):
        return re.sub(r"[-+~][^-]*$", "", self.version.partition(":")[2] or self.version).partition("+")[0]


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


# ------------------------------------------------------------------------------------------------------ Debian's packages

def installed(name, terms, file):
    """From the package that has put the file onto this machine."""
    owner = output_of("dpkg-query", "--search", str(pathlib.Path(file).resolve())).decode().split(": ")[0]
    fields = output_of("dpkg-query", "--show", "--showformat=${Package}\t${Version}\t${Architecture}", owner).decode()
    package = fields.split("\t")[0]
    text = pathlib.Path("/usr/share/doc", package, "copyright").read_text(encoding="utf-8", errors="replace")
    return Component(name, terms, *fields.split("\t"), text)


def pinned_version(entry):
    for line in (ROOT / "cmake/platforms/packages").read_text(encoding="utf-8").splitlines():
        if line.split()[:1] == [entry]:
            return line.split()[1]
    sys.exit(f"cmake/platforms/packages has no version of {entry}.")


def downloaded(name, terms, entry, architecture, downloads):
    """From a package that cmake/platforms/prepare has fetched."""
    version = pinned_version(entry)
    folder = f"{entry}_{version}".replace(":", "-")
    if entry.startswith("src:"):
        file, = (downloads / folder).glob("*.debian.tar.*")
        text = member_of(file.read_bytes(), "debian/copyright")
        return Component(name, terms, entry.removeprefix("src:"), version, "source", text)
    file, = (downloads / f"{folder}_{architecture}").glob("*.deb")
    text = member_of(output_of("dpkg-deb", "--fsys-tarfile", str(file)), f"./usr/share/doc/{entry}/copyright")
    return Component(name, terms, entry, version, architecture, text)


def member_of(archive, name):
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        return files.extractfile(name).read().decode("utf-8", errors="replace")


# ------------------------------------------------------------------------------------------------------- what links what

GLIBC = "glibc's libc_nonshared.a"


def from_compiler(name, terms, compiler, file):
    return installed(name, terms, output_of(compiler, f"-print-file-name={file}").decode().strip())


@functools.cache
def linked(platform, downloads):
    """{file: its components} of a platform of scripts/package, or of DEBIAN."""
    is_arm, is_musl = "arm64" in platform, platform.endswith("-musl")
    architecture, compiler = ("arm64", "aarch64-linux-gnu-g++") if is_arm else ("amd64", "g++")
    libgcc = from_compiler("libgcc", GCC_LICENSE, compiler, "libgcc.a")
    boost = installed("Boost", "BSL-1.0", "/usr/include/boost/version.hpp")
    valijson = installed("valijson", "BSD-2-Clause", "/usr/include/valijson/validator.hpp")
    if platform == DEBIAN:
        openssl = from_compiler("OpenSSL", "Apache-2.0", compiler, "libssl.a")
        glibc = from_compiler(GLIBC, GLIBC_LICENSE, compiler, "libc_nonshared.a")
        cli11 = installed("CLI11", "BSD-3-Clause", "/usr/include/CLI/CLI.hpp")
        sqlitecpp = installed("SQLiteCpp", "MIT", "/usr/include/SQLiteCpp/SQLiteCpp.h")
        return {MODULE: [boost, openssl, valijson, libgcc, glibc],
                COMMAND: [boost, cli11, sqlitecpp, valijson, libgcc, glibc]}
    if is_musl:
        openssl = downloaded("OpenSSL", "Apache-2.0", "src:openssl", architecture, downloads)
        runtime = [downloaded(name, LLVM_LICENSE, "src:llvm-toolchain-19", architecture, downloads)
                   for name in ("libc++", "libc++abi", "libunwind")]
    else:
        openssl = downloaded("OpenSSL", "Apache-2.0", "libssl-dev", architecture, downloads)
        runtime = [from_compiler("libstdc++", GCC_LICENSE, compiler, "libstdc++.a"),
                   downloaded(GLIBC, GLIBC_LICENSE, "libc6-dev", architecture, downloads)]
    return {MODULE: [boost, openssl, valijson, *runtime, libgcc], ADDON: [libgcc]}


# --------------------------------------------------------------------------------------------------------------- the terms

def paragraphs(text):
    """Of Debian's machine-readable copyright files: {field: its lines} each."""
    for paragraph in re.split(r"\n\s*\n", text):
        fields = re.findall(r"^(\S+?):[ \t]*(.*(?:\n[ \t].*)*)", paragraph, re.MULTILINE)
        yield {name: re.sub(r"^ ?\.?", "", value, flags=re.MULTILINE).rstrip() for name, value in fields}


def gcc_notice(text):
    holders, = re.findall(r"^GCC is (Copyright[^.]*\.)", text, re.MULTILINE)
    exception, = re.findall(r"^GCC RUNTIME LIBRARY EXCEPTION$.*?license of GCC\.$", text, re.MULTILINE | re.DOTALL)
    return f"{holders}\n\nThe GNU General Public License, see {COMMON_LICENSES}/GPL-3, with the\n\n{exception}"


def glibc_notice(text):
    most, = re.findall(r"^\* Most of the GNU C library.*?\n\n(.*?)\s*^\* ", text, re.MULTILINE | re.DOTALL)
    return (textwrap.dedent(most) + "\n\nThe files of libc_nonshared.a add to these terms that they may be linked with "
            "other programs,\nand these be distributed, without a restriction that comes from them.")


def machine_readable_notice(text):
    found = list(paragraphs(text))
    everything = next(fields for fields in found if fields.get("Files") == "*")
    name, _, terms = everything["License"].partition("\n")
    if not terms:
        terms = next(fields["License"].partition("\n")[2] for fields in found
                     if "Files" not in fields and fields.get("License", "").startswith(f"{name}\n"))
    holders = [line.strip() for line in everything["Copyright"].strip().splitlines()]
    return "Copyright: " + "\n  ".join(holders) + f"\n\n{terms}"


def notice_of(component):
    """Who holds the rights to a component, and its terms: of the package's file what is for all of it."""
    makers = {GCC_LICENSE: gcc_notice, GLIBC_LICENSE: glibc_notice}
    return makers.get(component.license, machine_readable_notice)(component.copyright)


def license_texts(notices):
    """Those that the notices refer to, as each Debian system has them."""
    names = sorted({name for notice in notices for name in re.findall(rf"{COMMON_LICENSES}/([\w.-]*\w)", notice)})
    return {name: (COMMON_LICENSES / name).read_text(encoding="utf-8").strip("\n") for name in names}


def heading(text):
    return f"{'=' * 100}\n{text}\n{'=' * 100}\n\n"


def licenses(of_platforms):
    """The file, for {platform: its components}."""
    text = "The files of this package for a platform contain, beside what its LICENSE is for:\n\n"
    titles = collections.defaultdict(list)
    for platform, components in of_platforms.items():
        said = [f"{one.name} {one.upstream_version}" for one in components]
        text += f"  {platform}: {', '.join(said)}\n"
        for one, title in zip(components, said):
            if title not in titles[notice_of(one)]:
                titles[notice_of(one)].append(title)
    text += "\nThe texts that are said to be in /usr/share/common-licenses are at the end of this file.\n\n"
    for notice, names in titles.items():
        text += heading(", ".join(names)) + notice + "\n\n"
    for name, terms in license_texts(titles).items():
        text += heading(f"{COMMON_LICENSES}/{name}") + terms + "\n\n"
    return text.rstrip("\n") + "\n"


def unique(of_files):
    return list(dict.fromkeys(component for components in of_files.values() for component in components))


def main(words):
    if len(words) < 2:
        sys.exit(__doc__.strip())
    downloads, *platforms = words
    sys.stdout.write(licenses({name: unique(linked(name, pathlib.Path(downloads))) for name in platforms}))


if __name__ == "__main__":
    main(sys.argv[1:])
