import { startEdge } from './start-edge.ts';
import { runWorker } from './worker.ts';

// Entry of a worker process. The supervisor starts it as a file; nobody imports it.
runWorker(process, startEdge);
