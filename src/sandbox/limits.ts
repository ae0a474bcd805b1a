/**
 * What one environment may send to the edge worker. Everything it sends is read on the edge
 * worker's one thread, which also serves viewers: without these bounds a function could slow other
 * requests down by what it says rather than by what it computes.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Characters of an encoded result. Lambda's payload limit; `hook/` checks the limits of hook
 * points, which are lower.
 */
export const RESULT_CHARS = 6 * MIB;
/** Characters of a FunctionError as JSON; Lambda cuts error payloads at 256 KB too. */
export const ERROR_CHARS = 256 * KIB;
/** What is left of the message of a longer one. */
export const CUT_MESSAGE_CHARS = 4 * KIB;
/** Characters of one log line, as CloudWatch cuts them. */
export const LOG_LINE_CHARS = 256 * KIB;
/** Characters and lines that one call may log. */
export const LOG_CHARS_PER_CALL = 512 * KIB;
export const LOG_LINES_PER_CALL = 1000;
/**
 * Operations that an environment may have open at once. Node on Lambda has 1024 file descriptors.
 */
export const OPEN_OPERATIONS = 256;
/**
 * Bytes of the content of one operation and characters of its arguments; the egress broker checks
 * its own, lower limits.
 */
export const OPERATION_BYTES = 8 * MIB;
export const OPERATION_ARGUMENT_CHARS = MIB;
