import { node } from './node-modules.ts';
import type { OperationTable } from './own-bytes.ts';

/**
 * Node's tables of methods and reason phrases. Nothing of the network: that is the edge worker's.
 */
export const HTTP_OPERATIONS: OperationTable = {
  'http.tables': () => ({
    methods: [...node.http.METHODS],
    statusCodes: { ...node.http.STATUS_CODES },
  }),
};
