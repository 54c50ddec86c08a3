# Run by embed_text: writes HEADER from PAIRS ("name=file|name=file").
# The text is cut into pieces because compilers need not take a literal of over 64 KiB.
set(content "// Generated from text files by embed_text. Do not edit.\n#pragma once\n\nnamespace ${NAMESPACE} {\n")
string(REPLACE "|" ";" pairs "${PAIRS}")
foreach(pair IN LISTS pairs)
    string(REGEX MATCH "^[^=]*" name "${pair}")
    string(REGEX REPLACE "^[^=]*=" "" file "${pair}")
    file(READ "${file}" hex HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" rows "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "char(0x\\1)," bytes "${rows}")
    string(APPEND content "\ninline constexpr char ${name}[] = {\n${bytes}char(0)};\n")
endforeach()
string(APPEND content "\n} // namespace ${NAMESPACE}\n")
file(WRITE "${HEADER}" "${content}")
