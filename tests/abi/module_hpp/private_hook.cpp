// A hook that the compiler has to refuse: left out, it would check nothing.
#include <workflow_node/module.hpp>

class Secretive {
public:
    static wfn::NodeInfo info();
    static wfn::Ended run(wfn::Job&);

private:
    static std::vector<wfn::Problem> check(wfn::Json);
};

WFN_MODULE("private_hook", "1.0.0", Secretive)
