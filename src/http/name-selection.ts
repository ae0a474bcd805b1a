import { assertNever } from '../base/assert.ts';
import type { NameSelection } from '../config/config.ts';

/** Whether a policy's selection lets a name through. Names are compared as they are; those of header fields come in lower case. */
export function isSelected(selection: NameSelection, name: string): boolean {
  switch (selection.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'include':
      return selection.names.includes(name);
    case 'exclude':
      return !selection.names.includes(name);
    default:
      return assertNever(selection);
  }
}
