import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EdgeConfig } from '../../config/config.ts';
import { type ConfigPath, formatPath } from '../../config/problem.ts';
import { metaOf } from '../../config/schema/setting.ts';
import { configType } from '../../config/schema.ts';
import { typeAt } from '../../config/schema-tree.ts';
import { HOOK_POINTS } from '../../hook/hook-point.ts';
import { LIMITS, type LimitRow } from '../../hook/lambda-edge/limits.ts';
import { type Command, requiredOption } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { INVALID, OK } from '../exit-codes.ts';
import { columns, print, styled } from '../terminal.ts';

export const limitsCommand: Command = {
  positionals: [],
  options: {
    config: { value: 'FILE', text: 'The configuration file', isRequired: true, short: 'c' },
  },
  run: async (input) => {
    const file = requiredOption(input, limitsCommand, 'config');
    const config = readConfigFile(file);
    if (config === undefined) return INVALID;
    const written: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    const rows = [...settingRows(config, written, path.basename(file)), ...eventRows()];
    const lines = columns([['LIMIT', 'VALUE', 'UNIT', 'SOURCE'], ...rows]);
    for (const [index, line] of lines.entries()) print(index === 0 ? styled('bold', line) : line);
    return OK;
  },
};

/** One limit of the configuration: where it is written, and what holds. */
type Setting = readonly [at: ConfigPath, value: number];

/** Rows for the limits that the file can set: of functions, of hooks that tighten them, of HTTP and of the cache. */
function settingRows(config: EdgeConfig, written: unknown, fileName: string): string[][] {
  const settings: Setting[] = [
    ...Object.values(config.functions).flatMap(({ name, limits }) =>
      members(['functions', name], limits),
    ),
    ...config.behaviors.flatMap(({ hooks }, index) => hookSettings(config, hooks, index)),
    ...members(['limits'], config.limits),
    ...members(['cache', 'memory'], config.cache.memory),
  ];
  return settings.map(([at, value]) => {
    const type = typeAt(configType, at);
    const { unit = 'count', source = 'isoedge' } = type === undefined ? {} : metaOf(type);
    const isWritten = valueAt(written, at) !== undefined;
    return [formatPath(at), String(value), unit, isWritten ? fileName : `default: ${source}`];
  });
}

function members(at: ConfigPath, limits: object): Setting[] {
  return Object.entries(limits as Readonly<Record<string, number>>).map(([name, value]) => [
    [...at, name],
    value,
  ]);
}

/** A hook has rows only for what it tightens. */
function hookSettings(
  config: EdgeConfig,
  hooks: EdgeConfig['behaviors'][number]['hooks'],
  index: number,
): Setting[] {
  return HOOK_POINTS.flatMap((point) => {
    const hook = hooks[point];
    if (hook === undefined) return [];
    const own = config.functions[hook.function]?.limits;
    const at = ['behaviors', index, 'hooks', point];
    return (['timeoutMs', 'cpuMs'] as const)
      .filter((name) => hook[name] !== own?.[name])
      .map((name): Setting => [[...at, name], hook[name]]);
  });
}

function valueAt(value: unknown, at: ConfigPath): unknown {
  let found = value;
  for (const segment of at) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[segment];
  }
  return found;
}

/** Rows for the limits on events and results, which no file can change. */
function eventRows(): string[][] {
  const rows: readonly (readonly [string, LimitRow])[] = Object.entries(LIMITS);
  return rows.map(([name, { value, unit, source, points }]) => {
    const where = points.length === HOOK_POINTS.length ? 'every hook' : points.join(', ');
    return [`${name} (${where})`, String(value), unit, source];
  });
}
