# Writes what a connection to AgenticFlow says of the API, while the module does not know it by name:
#   cmake -DOUTPUT=FILE -DWORKFLOW_ID=UUID -P scripts/agenticflow_binding.cmake
# Goes once a connection may say "api": "agenticflow", "workflow_id": UUID instead.
file(READ "${CMAKE_CURRENT_LIST_DIR}/../schemas/apis/agenticflow.json" api)
foreach(member IN ITEMS
        binding_version source checked notes base_url variables minimum_poll_interval_seconds find examples)
    string(JSON api REMOVE "${api}" ${member})
endforeach()
string(JSON api REMOVE "${api}" submit body input run_marker)
string(REPLACE "{{connection.workflow_id}}" "${WORKFLOW_ID}" api "${api}")
foreach(code IN ITEMS
        invalid_image_url unsupported_image_format image_too_large prompt_too_vague model_not_available
        processing_timeout)
    string(JSON api SET "${api}" error_codes ${code} "\"${code}\"")
endforeach()
file(WRITE "${OUTPUT}" "\"api_binding\": ${api}")
