#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

// Counts what this thread takes from the heap: `malloc` of the test program stands before the C library's own.
void allocation_counter_start(void);
// Allocations since the start.
long allocation_counter_stop(void);

#endif
