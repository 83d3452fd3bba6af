// Partitions: the master boot record, and the chain of extended boot records. Rule 1.
//
// Bytes 446 to 509 of a record are four entries of 16 bytes; 510 and 511 are 55 AA:
//   entry + 0   status: 80 or 00, anything else is no entry
//   entry + 4   type
//   entry + 8   first sector, 32 bits, little-endian
//   entry + 12  number of sectors
#include "fat.h"

enum fat_result mbr_partitions(const uint8_t sector[512], struct partition list[PARTITIONS_MAX], unsigned *count) {
    (void)sector, (void)list;
    // TODO: the entries that count, then the logical partitions. Sectors count 512 bytes, and
    // `start` is in bytes. A chain of records may lead in a circle.
    *count = 0;
    return FR_OK;
}
