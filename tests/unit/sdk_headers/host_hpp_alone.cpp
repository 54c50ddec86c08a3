#include <workflow_node/host.hpp>
