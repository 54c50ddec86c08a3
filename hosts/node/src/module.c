/* Loading a module: its library, the checks of its table, and the descriptor that JavaScript reads. */
#include "addon.h"
#include "values.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void unload(struct module* module) {
    dlclose(module->library);
    free(module);
}

static void unload_now(struct job* job) {
    unload(job->data);
}
static void unloaded(struct job* job) {
    free(job);
}

void module_release(struct addon* addon, struct module* module) {
    if (--module->references > 0)
        return;
    struct job* job = addon->shut_down ? NULL : calloc(1, sizeof *job);
    if (job == NULL) {
        unload(module);
        return;
    }
    *job = (struct job){.work = unload_now, .done = unloaded, .data = module};
    background_start(addon, job);
}

struct failure {
    const char* code;
    char message[1024];
};

#define FAIL(failure_code, ...)                                                                              \
    return failure->code = failure_code, snprintf(failure->message, sizeof failure->message, __VA_ARGS__),   \
           false

static bool check_table(const wfn_module* table, const char* path, struct failure* failure) {
    const char* fault = wfn_fault_of_module(table);
    if (fault == NULL)
        return true;
    if (table != NULL && WFN_HAS(wfn_module, table, abi_major) && table->abi_major != WFN_ABI_MAJOR)
        FAIL(
            "unsupported_abi",
            "%s: %s: version %u, and this host version %u; install a module or a host of the other's version",
            path, fault, table->abi_major, WFN_ABI_MAJOR);
    FAIL("incomplete_module", "%s: %s; report it to its maker", path, fault);
}

static bool open_library(const char* path, struct module* module, struct failure* failure) {
    module->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module->library == NULL) {
        const char* why = dlerror();
        FAIL("module_not_loadable",
             "%s cannot be loaded: %s; is it built for this machine, and are its libraries there?", path,
             why != NULL ? why : "unknown reason");
    }
    void* symbol = dlsym(module->library, WFN_MODULE_ENTRY_NAME);
    if (symbol == NULL)
        FAIL("not_a_module",
             "%s is a library but not a module: it does not export " WFN_MODULE_ENTRY_NAME "()", path);
    wfn_module_entry_function entry;
    *(void**)&entry = symbol;
    module->table = entry();
    return check_table(module->table, path, failure);
}

static bool describe_connection(napi_env env, napi_value node, const wfn_connection* connection) {
    napi_value value;
    if (connection == NULL)
        return set_text(env, node, "connection", NULL);
    return napi_create_object(env, &value) == napi_ok
           && set_flag(env, value, "required", connection->required != 0)
           && set_text(env, value, "name", connection->name)
           && set_text(env, value, "category", connection->category)
           && set_text(env, value, "description", connection->description)
           && set_text(env, value, "schemaJson",
                       WFN_HAS(wfn_connection, connection, schema_json) ? connection->schema_json : NULL)
           && napi_set_named_property(env, node, "connection", value) == napi_ok;
}

static bool describe_node(napi_env env, const wfn_node* node, napi_value* value) {
    return napi_create_object(env, value) == napi_ok && set_text(env, *value, "actionId", node->action_id)
           && set_text(env, *value, "version", node->version) && set_text(env, *value, "title", node->title)
           && set_text(env, *value, "description", node->description)
           && set_text(env, *value, "iconSvg", node->icon_svg)
           && set_text(env, *value, "categoriesJson", node->categories_json)
           && set_number(env, *value, "flags", node->flags)
           && describe_connection(env, *value, node->connection)
           && set_text(env, *value, "inputSchemaJson", node->input_schema_json)
           && set_text(env, *value, "outputSchemaJson", node->output_schema_json)
           && set_text(env, *value, "errorsJson", node->errors_json)
           && set_text(env, *value, "uiJson", node->ui_json)
           && set_text(env, *value, "examplesJson", node->examples_json)
           && set_text(env, *value, "priceJson", node->price_json)
           && set_text(env, *value, "translationsJson",
                       WFN_HAS(wfn_node, node, translations_json) ? node->translations_json : NULL);
}

static bool describe_module(napi_env env, const wfn_module* table, napi_value result) {
    napi_value nodes;
    if (!set_text(env, result, "name", table->name) || !set_text(env, result, "version", table->version)
        || !set_number(env, result, "abiMajor", table->abi_major)
        || !set_number(env, result, "abiMinor", table->abi_minor)
        || !set_text(env, result, "settingsSchemaJson", table->settings_schema_json)
        || napi_create_array_with_length(env, table->node_count, &nodes) != napi_ok)
        return false;
    for (uint32_t i = 0; i < table->node_count; ++i) {
        napi_value node;
        if (!describe_node(env, table->nodes[i], &node) || napi_set_element(env, nodes, i, node) != napi_ok)
            return false;
    }
    return napi_set_named_property(env, result, "nodes", nodes) == napi_ok;
}

static void forget_module(napi_env env, void* data, void* hint) {
    struct addon* addon = hint;
    (void)env;
    module_release(addon, data);
    addon_release(addon);
}

/* load(path): the descriptor, with a handle for open. */
napi_value module_load(napi_env env, napi_callback_info info) {
    struct addon* addon;
    size_t count = 1;
    napi_value argument, result, handle;
    struct text path;
    if (napi_get_cb_info(env, info, &count, &argument, NULL, (void**)&addon) != napi_ok
        || !get_text(env, argument, &path) || path.characters == NULL)
        return throw_failure(env);

    struct module* module = calloc(1, sizeof *module);
    if (module == NULL) {
        wipe_text(&path);
        return throw_failure(env);
    }
    struct failure failure = {0};
    bool loaded = open_library(path.characters, module, &failure);
    wipe_text(&path);
    module->references = 1;
    if (!loaded) {
        if (module->library != NULL)
            unload(module);
        else
            free(module);
        (void)napi_throw_error(env, failure.code, failure.message);
        return NULL;
    }
    if (napi_create_object(env, &result) != napi_ok || !describe_module(env, module->table, result)
        || napi_create_external(env, module, forget_module, addon, &handle) != napi_ok) {
        unload(module);
        return throw_failure(env);
    }
    ++addon->references; /* the handle's, and the handle has the module from here on */
    if (napi_set_named_property(env, result, "handle", handle) != napi_ok)
        return throw_failure(env);
    return result;
}
