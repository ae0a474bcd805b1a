import type { Exchange } from '../exchange.ts';
import { normalizedPath } from '../match-pattern.ts';

/** Runs first. Chooses the cache behavior by the normalized path (CloudFront developer guide). The last behavior matches everything. */
export function matchBehavior(exchange: Exchange): 'viewerPolicy' {
  const { behaviors, config } = exchange.edge;
  const first = behaviors[0];
  if (first !== undefined && behaviors.length === 1) {
    exchange.behavior = first.config;
    return 'viewerPolicy';
  }
  const path = normalizedPath(exchange.request.path);
  const found = behaviors.find(({ matches }) => matches(path));
  const last = config.behaviors.at(-1);
  if (found !== undefined) exchange.behavior = found.config;
  else if (last !== undefined) exchange.behavior = last;
  return 'viewerPolicy';
}
