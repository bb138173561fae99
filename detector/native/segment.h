/* SEGMENTS of detector/page.py. */
#ifndef DETECTOR_SEGMENT_H
#define DETECTOR_SEGMENT_H

#include "kernel.h"

typedef struct {
    i32 start, end; /* code points */
    i32 place, element;
} Segment;

#endif
