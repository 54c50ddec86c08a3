/* How often the threads of this process, but for the caller, gave up or lost the processor. */
#ifndef BENCH_IDLE_H
#define BENCH_IDLE_H

/* -1: the system does not tell. */
long switches_of_other_threads(void);
void sleep_for(double seconds);

#endif
