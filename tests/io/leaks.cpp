// What the leak checker is told, as tests/lsan.txt tells it for the program: HDF5 does not give back what it
// took for an object that it could not open.
extern "C" [[gnu::used]] const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
extern "C" [[gnu::used]] const char* __lsan_default_options() { return "print_suppressions=0"; }
