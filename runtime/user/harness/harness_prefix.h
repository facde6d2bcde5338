// What every harness includes first; precompiled when coretap is built (runtime/CMakeLists.txt), which
// halves the compiler's time for a small script. Only what depends on no macro of the generated
// unit may be here; a harness includes by itself what it needs, so that the file changes nothing but time.
#pragma once

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/abi.h"
#include "program.h"
