import { z } from 'zod';
import { metaOf } from '../src/config/schema/setting.ts';
import { configType } from '../src/config/schema.ts';
import { expectationOf, typeName, unwrapped } from '../src/config/schema-tree.ts';
import { markdownTable } from './markdown.ts';

const HEAD = ['Setting', 'Type', 'Unit', 'Default', 'Valid values', 'Description'];

/** One object of the configuration: its path, such as `origins.<name>`, and its type. */
interface Section {
  readonly path: string;
  readonly object: z.ZodObject;
}

/** The tables of `docs/configuration.md`: one for each object, one row for each setting. */
export function configurationTables(): string {
  const sections: Section[] = [];
  collect(configType, '', sections);
  return sections.map(sectionText).join('\n\n');
}

/** Lists an object once, at the first place where it occurs. */
function collect(type: z.core.$ZodType, path: string, sections: Section[]): void {
  const bare = unwrapped(type);
  if (bare instanceof z.ZodUnion) {
    for (const option of bare.options) collect(option, path, sections);
  } else if (bare instanceof z.ZodArray) {
    collect(bare.element, `${path}[]`, sections);
  } else if (bare instanceof z.ZodRecord) {
    collect(bare.valueType, `${path}.<name>`, sections);
  } else if (bare instanceof z.ZodObject && !sections.some(({ object }) => object === bare)) {
    // A selection's `include` and `exclude` are notation, not settings.
    if (Object.values(bare.shape).every((member) => metaOf(member).description !== undefined)) {
      sections.push({ path, object: bare });
    }
    for (const [name, member] of Object.entries(bare.shape)) {
      collect(member, path === '' ? name : `${path}.${name}`, sections);
    }
  }
}

function sectionText({ path, object }: Section): string {
  const title = path === '' ? '## Top level' : `## \`${path}\``;
  const rows = Object.entries(object.shape).map(([name, type]) => settingRow(name, type));
  return `${title}\n\n${markdownTable(HEAD, rows)}`;
}

function settingRow(name: string, type: z.core.$ZodType): string[] {
  const { description = '', unit, source } = metaOf(type);
  return [
    `\`${name}\``,
    typeName(type),
    unit === undefined || unit === 'count' ? '' : unit,
    defaultText(type),
    validValues(type),
    source === undefined ? description : `${description} Source: ${source}.`,
  ];
}

function defaultText(type: z.core.$ZodType): string {
  if (type instanceof z.ZodOptional) return '';
  if (!(type instanceof z.ZodDefault || type instanceof z.ZodPrefault)) return '**required**';
  return `\`${JSON.stringify(type.def.defaultValue)}\``;
}

const SAYS_NOTHING = new Set(['a string', 'an object', 'a list', 'true or false', 'a name']);

function validValues(type: z.core.$ZodType): string {
  const expectation = expectationOf(type);
  if (SAYS_NOTHING.has(expectation)) return '';
  return expectation
    .replace(/^a whole number from /, '')
    .replace(/^one of "/, '"')
    .split(/("[^"]*")/)
    .map((part, index) => (index % 2 === 1 ? `\`${part}\`` : part.replaceAll('*', '\\*')))
    .join('');
}

/** All settings with their paths, such as `functions.<name>.timeoutMs`. */
export function settings(): readonly { readonly path: string; readonly type: z.core.$ZodType }[] {
  const sections: Section[] = [];
  collect(configType, '', sections);
  return sections.flatMap(({ path, object }) =>
    Object.entries(object.shape).map(([name, type]) => ({
      path: path === '' ? name : `${path}.${name}`,
      type,
    })),
  );
}
