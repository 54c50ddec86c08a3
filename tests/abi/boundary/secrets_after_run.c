/*
 * secrets_after_run MODULE < CONNECTION
 *
 * Runs the node once with an API key and a proxy password that exist nowhere but in the connection, which
 * it wipes like a careful host, and then looks for them in all memory of the process, as in a core dump.
 * In CONNECTION, KEY and PASSWORD stand for them. Exit code: 0 nothing is left; 2 the key is, 3 the password
 * is; 1 when it did not come so far. With "seen" as a further argument it does not wipe: that finds both.
 */
#include <workflow_node/node.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { secret_length = 24, mask = 0x55 };

static const char input[] = "{\"prompt\": \"Slow zoom\", \"image\": \"https://example.com/a.jpg\","
                            " \"negative_prompt\": null}";
static char connection[4096];

static void fail(const char* what) {
    fprintf(stderr, "secrets_after_run: %s\n", what);
    exit(1);
}

/* Letters that are in no text, made one by one and kept masked. */
static char letter(int which, int i) {
    return (char)('a' + (i * (which * 4 + 7) + which * 11 + i * i) % 26);
}

/* Puts a secret in the place of its name. */
static void insert_secret(int which, const char* name) {
    char* at = strstr(connection, name);
    size_t rest;
    int i;
    if (at == NULL)
        fail("the connection names no such secret");
    rest = strlen(at + strlen(name)) + 1;
    memmove(at + secret_length, at + strlen(name), rest);
    for (i = 0; i < secret_length; ++i)
        at[i] = letter(which, i);
}

static int is_secret(int which, const char* text) {
    int i;
    for (i = 0; i < secret_length; ++i)
        if ((text[i] ^ mask) != (letter(which, i) ^ mask))
            return 0;
    return 1;
}

static int find_in_memory(int which) {
    enum { block = 1 << 20 };
    static char buffer[block + secret_length];
    char line[512];
    int found = 0;
    int memory = open("/proc/self/mem", O_RDONLY);
    FILE* maps = fopen("/proc/self/maps", "r");
    if (memory < 0 || maps == NULL)
        fail("the memory cannot be read");
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long begin;
        unsigned long end;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &begin, &end, mode) != 3 || mode[0] != 'r' || mode[1] != 'w')
            continue;
        for (; begin < end; begin += block) {
            ssize_t length;
            ssize_t i;
            /* The buffer itself would be found, so it is wiped before the next look at it. */
            length = pread(memory, buffer, sizeof buffer, (off_t)begin);
            for (i = 0; i + secret_length <= length; ++i)
                if (buffer[i] == letter(which, 0) && is_secret(which, buffer + i))
                    ++found;
            memset(buffer, 0, sizeof buffer);
        }
    }
    fclose(maps);
    close(memory);
    return found;
}

int main(int argc, char** argv) {
    wfn_module_entry_function entry;
    const wfn_module* module;
    wfn_session* session = NULL;
    wfn_run* run = NULL;
    wfn_request request;
    const wfn_result* result;
    ssize_t length;
    int keys;
    int passwords;
    void* library = argc >= 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL)
        fail("the module cannot be loaded");
    *(void**)&entry = dlsym(library, WFN_MODULE_ENTRY_NAME);
    module = entry();
    length = read(STDIN_FILENO, connection, sizeof connection - 2 * secret_length - 1);
    if (length <= 0)
        fail("there is no connection");
    insert_secret(0, "KEY");
    if (strstr(connection, "PASSWORD") != NULL)
        insert_secret(1, "PASSWORD");
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.input_json = input;
    request.connection_json = connection;
    if (module->open(NULL, NULL, &session) != WFN_OK)
        fail("open");
    if (module->nodes[0]->execute(module->nodes[0], session, &request, &run) != WFN_OK)
        fail("execute");
    if (module->run_wait(run, 60000) != WFN_OK)
        fail("the run does not end");
    result = module->run_result(run);
    if (result == NULL || result->outcome != WFN_SUCCEEDED)
        fail(result != NULL && result->error != NULL ? result->error->message : "the run failed");
    if (argc < 3)
        memset(connection, 0, sizeof connection);
    keys = find_in_memory(0);
    passwords = find_in_memory(1);
    module->run_release(run);
    module->close(session);
    if (argc < 3)
        return keys > 0 ? 2 : passwords > 0 ? 3 : 0;
    return keys > 0 && passwords > 0 ? 0 : 1;
}
