import { z } from 'zod';
import { metaOf } from './schema/setting.ts';
import { configType } from './schema.ts';

/** The table of settings as JSON Schema (draft 2020-12), for editors: `isoedge.schema.json`. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configType, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const { unit, form } = metaOf(zodSchema);
      const hint = unit === undefined || unit === 'count' ? '' : ` Unit: ${unit}.`;
      if (jsonSchema.description !== undefined) jsonSchema.description += hint;
      else if (form !== undefined) jsonSchema.description = `Expected: ${form}.`;
      for (const own of ['unit', 'form', 'source']) delete jsonSchema[own];
    },
  });
}
