import { keepCompiledSources } from './compile-cache.ts';
import { runWorker } from './worker.ts';

// Entry of a worker process. The supervisor starts it as a file; nobody imports it.
keepCompiledSources();
const edge = import('./start-edge.ts');
runWorker(process, async (config, options) => (await edge).startEdge(config, options));
