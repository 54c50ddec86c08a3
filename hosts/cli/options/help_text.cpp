#include "options/help_text.hpp"

namespace cli {

const char connection_help[] = "Connection:\n"
                               "  A node that needs a connection of category \"foo\" takes it from\n"
                               "  --connection FILE, or else from the environment variables FOO_API_KEY,\n"
                               "  FOO_BASE_URL, FOO_API and FOO_API_SECRET, as far as it has such members.\n"
                               "  Secrets do not belong on a command line.\n\n";

const char run_help[] = "Durations: 90, 90s, 5m, 1h30m, 250ms; a plain number means seconds.\n\n"
                        "Output:\n"
                        "  The node's output JSON, alone, on stdout; everything else on stderr. With\n"
                        "  --json, stdout has one JSON object per line, distinguished by \"event\":\n"
                        "  progress, checkpoint, warning, and finally result, which has the outcome, the\n"
                        "  output or error, and the checkpoint. Ctrl-C cancels the run; a second Ctrl-C\n"
                        "  quits at once.\n\n";

const char trace_help[] = "Trace:\n"
                          "  --trace FILE appends one JSON object for each exchange with the service: when,\n"
                          "  for which run, the request, the reply or why there is none, and how long it\n"
                          "  took. Bodies are cut after 4 KiB. Secrets of the connection are masked; inputs\n"
                          "  and replies are there, so only you may read the file.\n\n";

const char validate_help[] = "--check-connection asks for a job that does not exist, which makes and costs\n"
                             "nothing. Without --input and --set only the connection is checked.\n\n";

const char image_help[] = "Images:\n"
                          "  Where an input is an image's URL, it may be the path of a file, too, relative\n"
                          "  to the working directory, or file:///PATH. What the service does not take is\n"
                          "  converted, if libvips' programs are there (Debian: libvips-tools).\n\n";

const char file_help[] = "Files:\n"
                         "  --output FILE downloads what the output is the URL of, such as a video, once\n"
                         "  the run has succeeded. A file that is there, or a directory that cannot be\n"
                         "  written to, is refused before anything is paid. If the download fails, the\n"
                         "  output is printed as ever, and the exit code is 6. With --json, the result has\n"
                         "  \"files\" beside \"output\".\n\n";

const char directory_help[] =
    "Files:\n"
    "  --output-directory DIR downloads what the outputs are the URLs of, such as\n"
    "  videos, as DIR/RUN-KEY.mp4, four at a time. A file of the same run that is\n"
    "  there is not downloaded again. Each line has \"files\" beside \"output\".\n\n";

const char journal_help[] =
    "Journal:\n"
    "  With --journal, the run is recorded in that file. After a kill, run the same\n"
    "  command again, and the run resumes where it was. --run-key KEY names the run:\n"
    "  if it already has its output, that is printed, and nothing is sent. Without a\n"
    "  key, one is generated and shown; but if the journal has an unfinished run of\n"
    "  this node and input that no process is running, that run resumes. No two\n"
    "  processes run the same run. WORKFLOW_NODE_JOURNAL can also name the journal.\n\n";

const char runs_help[] = "States: running, interrupted (its process is gone), suspended, succeeded,\n"
                         "failed, cancelled. Charged: - where nothing is known. On a terminal, lines are\n"
                         "cut to its width. --json also gives the times and the node.\n"
                         "--totals has a line for each day and model (the input of that name, or else\n"
                         "the node): how many runs were started, and how many of them were billed, may\n"
                         "have been, and were not.\n"
                         "WORKFLOW_NODE_JOURNAL can also name the journal.\n\n";

const char collect_help[] =
    "Prints the output of RUN, a run key or the job id of a run in the journal. If\n"
    "there is no output yet, waits for the job; nothing is ever submitted or paid\n"
    "for. Ctrl-C ends the wait, and the job goes on. A run whose job the journal does\n"
    "not know is refused. MODULE is not needed if the output is already there, or if\n"
    "WORKFLOW_NODE_MODULE names it.\n"
    "\n"
    "--all collects every unfinished run that has a job, and prints for each:\n"
    "  {\"run_key\":\"...\",\"outcome\":\"succeeded\",\"output\":{...}}\n"
    "--output-directory DIR keeps their files there, as DIR/RUN-KEY.mp4.\n\n";

const char batch_help[] = "FILE has one input per line, a JSON object; - is stdin. A line may also name\n"
                          "its run:\n"
                          "  {\"run_key\":\"shoe-17\",\"input\":{...}}\n"
                          "Stdout has one line for each, in the same order; empty lines are skipped:\n"
                          "  {\"line\":1,\"run_key\":\"...\",\"outcome\":\"succeeded\",\"output\":{...}}\n"
                          "  {\"line\":2,\"run_key\":\"...\",\"outcome\":\"failed\",\"error\":{...}}\n"
                          "An invalid line produces an error line; the others continue. The exit code is 0\n"
                          "if all runs succeeded.\n"
                          "\n"
                          "With --journal, --resume continues after a kill, a Ctrl-C or failures. Runs that\n"
                          "have their output are printed again, not sent; unfinished ones resume; failed\n"
                          "ones are tried again, unless they failed for good and may have been billed. A\n"
                          "line's key is made of the batch's name and the line's input, wherever the line\n"
                          "is in the file; equal lines are counted. Ctrl-C starts nothing more and suspends\n"
                          "the active runs (without a journal, it cancels them); a second Ctrl-C quits at\n"
                          "once.\n\n";

const char check_help[] = "Tests whether the module keeps to workflow_node/node.h: that runs end exactly\n"
                          "once, can be cancelled, suspended and resumed, that no thread is left, that\n"
                          "wrong calls are refused, and more. The tests run in processes of their own, so\n"
                          "that a module that crashes or hangs is found, too.\n"
                          "\n"
                          "Runs may cost money: about ten are made with the connection of --connection,\n"
                          "and some of them are left to finish. Use one that names a sandbox. Environment\n"
                          "variables are not asked for a connection, and a node that requires one is\n"
                          "refused without the option.\n"
                          "\n"
                          "The input is that of --input or --set, or else the node's first example, or the\n"
                          "defaults of its schema. A run of a second or more lets cancel and suspend be\n"
                          "tested on its way. --timeout is how long one run may take, 2 min by default.\n"
                          "Exit code 0 means that no test failed, 1 that one did.\n\n";

const char module_help[] = "MODULE is a file, or the name of one in the folders of WORKFLOW_NODE_PATH,\n"
                           "~/.local/lib/workflow_node, /usr/local/lib/workflow_node or\n"
                           "/usr/lib/workflow_node. It may be omitted if WORKFLOW_NODE_MODULE names it, or\n"
                           "if it is the only one there.\n\n";

} // namespace cli
