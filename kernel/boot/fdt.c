// The flattened device tree: one pass over it collects what the kernel needs to know.
// "Devicetree Specification", release 0.4, chapter 5 (format) and 3 (nodes).
#include "fdt.h"
#include "image.h"
#include "printf.h"
#include "string.h"

enum { FDT_MAGIC = 0xd00dfeed };
enum { TOKEN_BEGIN_NODE = 1, TOKEN_END_NODE = 2, TOKEN_PROP = 3, TOKEN_NOP = 4, TOKEN_END = 9 };
#define DEPTH_MAX 16

// Header fields, by their index among the 32-bit words [5.2].
enum { H_MAGIC, H_TOTALSIZE, H_OFF_STRUCT, H_OFF_STRINGS, H_OFF_RSVMAP, H_SIZE_STRINGS = 8, H_SIZE_STRUCT = 9 };

struct fdt_facts fdt;

static struct {
    const uint8_t *at, *end; // in the structure block
    const char *strings;
    uint32_t strings_size;
} tree;

struct value { // of a property
    const uint8_t *bytes;
    uint32_t length;
};

// What a node's properties say, as far as anybody asks.
struct node {
    const char *name;
    uint32_t address_cells, size_cells; // of its children's reg
    struct value device_type, reg, status, mmu_type, timebase, bootargs, initrd_start, initrd_end;
    struct value compatible, phandle, interrupts_extended;
};

// What names a hart's interrupts: its interrupt controller's phandle, by hart id; and where the
// PLIC's contexts go. Put together once the tree has been read.
static struct {
    struct {
        uint64_t hartid;
        uint32_t phandle;
    } controllers[NHART];
    unsigned controller_count;
    struct value plic_targets;
} wiring;

enum { SUPERVISOR_EXTERNAL = 9 };

static uint32_t be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be_cells(const uint8_t *p, uint32_t cells) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < cells; i++)
        value = value << 32 | be32(p + 4 * i);
    return value;
}

static noreturn void bad_tree(const char *why) { panic("device tree: %s", why); }

static uint32_t next_word(void) {
    if (tree.end - tree.at < 4)
        bad_tree("the structure block ends early");
    tree.at += 4;
    return be32(tree.at - 4);
}

// Skips `length` bytes and what aligns the next token; where they began.
static const uint8_t *next_bytes(uint32_t length) {
    const uint8_t *begin = tree.at;
    if (length > (size_t)(tree.end - begin))
        bad_tree("the structure block ends early");
    size_t padded = ((size_t)length + 3) & ~3UL;
    tree.at = padded > (size_t)(tree.end - begin) ? tree.end : begin + padded;
    return begin;
}

static uint32_t next_token(void) {
    uint32_t token;
    do
        token = next_word();
    while (token == TOKEN_NOP);
    return token;
}

static bool is(struct value v, const char *text) {
    return v.length == strlen(text) + 1 && memcmp(v.bytes, text, v.length) == 0;
}

// Is `text` one of the strings in v? They stand one behind the other [2.2.4, stringlist].
static bool lists(struct value v, const char *text) {
    size_t size = strlen(text) + 1;
    for (uint32_t at = 0; at < v.length; at += (uint32_t)strnlen((const char *)v.bytes + at, v.length - at) + 1)
        if (v.length - at >= size && memcmp(v.bytes + at, text, size) == 0)
            return true;
    return false;
}

static uint64_t number(struct value v) { return be_cells(v.bytes, v.length / 4); }

static void read_property(struct node *node) {
    uint32_t length = next_word(), name_at = next_word();
    struct value value = {next_bytes(length), length};
    if (name_at >= tree.strings_size)
        bad_tree("a property's name lies outside the strings block");
    const char *name = tree.strings + name_at;

    const struct {
        const char *name;
        struct value *to;
    } wanted[] = {
        {"device_type", &node->device_type}, {"reg", &node->reg},
        {"status", &node->status},           {"mmu-type", &node->mmu_type},
        {"bootargs", &node->bootargs},       {"timebase-frequency", &node->timebase},
        {"linux,initrd-start", &node->initrd_start},
        {"linux,initrd-end", &node->initrd_end},
        {"compatible", &node->compatible},   {"phandle", &node->phandle},
        {"interrupts-extended", &node->interrupts_extended},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (strncmp(name, wanted[i].name, tree.strings_size - name_at) == 0)
            *wanted[i].to = value;
    if (strcmp(name, "#address-cells") == 0 && length == 4)
        node->address_cells = be32(value.bytes);
    if (strcmp(name, "#size-cells") == 0 && length == 4)
        node->size_cells = be32(value.bytes);
}

static void reserve(uintptr_t start, uintptr_t end) {
    if (start >= end)
        return;
    if (fdt.reserved_count == FDT_RESERVED_MAX)
        bad_tree("too many reserved ranges");
    fdt.reserved[fdt.reserved_count++] = (struct fdt_range){start, end};
}

// The index-th (address, size) pair of a node's reg. False behind the last.
static bool reg_range(const struct node *node, const struct node *parent, uint32_t index, struct fdt_range *range) {
    uint32_t cells = parent->address_cells + parent->size_cells;
    if (cells == 0 || cells > 8 || (index + 1) * cells * 4 > node->reg.length)
        return false;
    const uint8_t *pair = node->reg.bytes + index * cells * 4;
    range->start = be_cells(pair, parent->address_cells);
    range->end = range->start + be_cells(pair + 4 * parent->address_cells, parent->size_cells);
    return range->end >= range->start;
}

// In ascending order, so that indices agree with hartids where these are dense.
static void add_hart(uint64_t hartid) {
    if (fdt.hart_count == NHART)
        return;
    unsigned i = fdt.hart_count++;
    for (; i > 0 && fdt.hartid[i - 1] > hartid; i--)
        fdt.hartid[i] = fdt.hartid[i - 1];
    fdt.hartid[i] = hartid;
}

// The interrupt controller of a cpu node.
static void add_controller(const struct node *node, const struct node *cpu) {
    if (wiring.controller_count == NHART || node->phandle.length != 4 || cpu->reg.length < 4)
        return;
    unsigned i = wiring.controller_count++;
    wiring.controllers[i].hartid = number(cpu->reg);
    wiring.controllers[i].phandle = be32(node->phandle.bytes);
}

// The n-th pair (controller, cause) of the PLIC's interrupts-extended says where its context n
// goes (binding "sifive,plic-1.0.0"). Nothing else says which context is whose.
static int plic_context_of(uint64_t hartid) {
    for (unsigned c = 0; c < wiring.controller_count; c++)
        for (uint32_t n = 0; n < wiring.plic_targets.length / 8; n++) {
            const uint8_t *pair = wiring.plic_targets.bytes + 8 * n;
            if (wiring.controllers[c].hartid == hartid && be32(pair) == wiring.controllers[c].phandle &&
                be32(pair + 4) == SUPERVISOR_EXTERNAL)
                return (int)n;
        }
    return -1;
}

// A node's properties are complete.
static void use_node(const struct node *node, const struct node *parent) {
    struct fdt_range range;
    if (is(node->device_type, "memory")) {
        for (uint32_t i = 0; reg_range(node, parent, i, &range); i++)
            if (range.start <= (uintptr_t)image_start && (uintptr_t)image_end <= range.end)
                fdt.memory = range;
    } else if (is(node->device_type, "cpu")) {
        // A hart without an MMU cannot run processes (the S7 of a SiFive U740).
        bool usable = node->mmu_type.length && !is(node->mmu_type, "riscv,none");
        bool okay = !node->status.length || is(node->status, "okay");
        if (usable && okay && node->reg.length >= 4)
            add_hart(number(node->reg));
    } else if (is(parent->device_type, "cpu") && lists(node->compatible, "riscv,cpu-intc")) {
        add_controller(node, parent);
    } else if (lists(node->compatible, "sifive,plic-1.0.0") || lists(node->compatible, "riscv,plic0")) {
        wiring.plic_targets = node->interrupts_extended;
    } else if (strcmp(parent->name, "reserved-memory") == 0) {
        for (uint32_t i = 0; reg_range(node, parent, i, &range); i++)
            reserve(range.start, range.end);
    } else if (strcmp(node->name, "chosen") == 0) {
        if (node->bootargs.length) {
            size_t size = node->bootargs.length < BOOTARGS_MAX ? node->bootargs.length : BOOTARGS_MAX;
            strlcpy(fdt.bootargs, (const char *)node->bootargs.bytes, size);
        }
        if (node->initrd_start.length && node->initrd_end.length) {
            fdt.initrd = (struct fdt_range){number(node->initrd_start), number(node->initrd_end)};
            reserve(fdt.initrd.start, fdt.initrd.end);
        }
    } else if (strcmp(node->name, "cpus") == 0 && node->timebase.length)
        fdt.timebase = number(node->timebase);
}

// tree.at is behind the node's TOKEN_BEGIN_NODE.
static void read_node(const struct node *parent, int depth) {
    struct node node = {.address_cells = 2, .size_cells = 1}; // defaults [2.3.5]
    if (depth == DEPTH_MAX)
        bad_tree("nodes are nested too deeply");
    size_t room = (size_t)(tree.end - tree.at), length = strnlen((const char *)tree.at, room);
    if (length == room)
        bad_tree("a node's name does not end");
    node.name = (const char *)next_bytes((uint32_t)length + 1);

    // Properties come before children [5.4.2].
    uint32_t token = next_token();
    for (; token == TOKEN_PROP; token = next_token())
        read_property(&node);
    use_node(&node, parent);
    for (; token == TOKEN_BEGIN_NODE; token = next_token())
        read_node(&node, depth + 1);
    if (token != TOKEN_END_NODE)
        bad_tree("unknown token");
}

void fdt_init(const void *dtb) {
    const uint8_t *header = dtb;
    if (!header || ((uintptr_t)header & 7) || be32(header) != FDT_MAGIC)
        panic("no device tree at %p", dtb);
    uint32_t total = be32(header + 4 * H_TOTALSIZE);
    uint32_t structure = be32(header + 4 * H_OFF_STRUCT), structure_size = be32(header + 4 * H_SIZE_STRUCT);
    uint32_t strings = be32(header + 4 * H_OFF_STRINGS), strings_size = be32(header + 4 * H_SIZE_STRINGS);
    uint32_t reserved = be32(header + 4 * H_OFF_RSVMAP);
    if (structure > total || structure_size > total - structure || strings > total || strings_size > total - strings ||
        strings_size == 0 || header[strings + strings_size - 1] != 0)
        bad_tree("a block lies outside of it");
    tree.at = header + structure;
    tree.end = tree.at + structure_size;
    tree.strings = (const char *)header + strings;
    tree.strings_size = strings_size;

    reserve((uintptr_t)header, (uintptr_t)header + total);
    for (; reserved <= total && total - reserved >= 16; reserved += 16) { // memory reservation block [5.3]
        uint64_t start = be_cells(header + reserved, 2), size = be_cells(header + reserved + 8, 2);
        if (start == 0 && size == 0)
            break;
        reserve(start, start + size);
    }

    struct node none = {.name = "", .address_cells = 2, .size_cells = 1};
    if (next_token() != TOKEN_BEGIN_NODE)
        bad_tree("no root node");
    read_node(&none, 0);
    for (unsigned i = 0; i < fdt.hart_count; i++)
        fdt.plic_context[i] = plic_context_of(fdt.hartid[i]);

    if (fdt.memory.end == 0)
        bad_tree("no memory node holds the kernel");
    if (fdt.hart_count == 0)
        bad_tree("no usable hart");
    if (fdt.timebase == 0)
        bad_tree("no timebase-frequency");
}
