import http from 'node:http';
import type { OperationTable } from './own-bytes.ts';

/**
 * Node's tables of methods and reason phrases. Nothing of the network: that is the edge worker's.
 */
export const HTTP_OPERATIONS: OperationTable = {
  'http.tables': () => ({ methods: [...http.METHODS], statusCodes: { ...http.STATUS_CODES } }),
};
