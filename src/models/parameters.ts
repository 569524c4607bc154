import type { JsonValue, Values } from '../api/types';

/** How a parameter is edited; found from the type of its default. */
export type ParameterKind = 'boolean' | 'number' | 'text' | 'json';

export type Parsed = { value: JsonValue } | { problem: 'number' | 'json' };

/** One row of the form. */
export interface IParameter {
  name: string;
  kind: ParameterKind;
  /** What is in the field now; for `boolean` 'true' or 'false'. */
  text: string;
  /** What is in the field at first. */
  initial: string;
  problem: 'number' | 'json' | null;
}

export function parameterKind(value: JsonValue): ParameterKind {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

/** The text that the field of `value` holds. */
export function parameterText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function parseParameter(kind: ParameterKind, text: string): Parsed {
  switch (kind) {
    case 'boolean':
      return { value: text === 'true' };
    case 'text':
      return { value: text };
    case 'number': {
      const value = Number(text);
      return text.trim() && Number.isFinite(value) ? { value } : { problem: 'number' };
    }
    case 'json':
      try {
        return { value: JSON.parse(text) };
      } catch {
        return { problem: 'json' };
      }
  }
}

/** The form for these defaults, with what was already typed. */
export function parameterForm(defaults: Values, typed: ReadonlyMap<string, string>): IParameter[] {
  return Object.entries(defaults).map(([name, value]) => {
    const kind = parameterKind(value);
    const initial = parameterText(value);
    const text = typed.get(name) ?? initial;
    const parsed = parseParameter(kind, text);
    return { name, kind, text, initial, problem: 'problem' in parsed ? parsed.problem : null };
  });
}

/** The values that differ from the defaults; fields that cannot be read are left out. */
export function changedValues(form: readonly IParameter[]): Values {
  const values: Values = {};
  for (const { name, kind, text, initial } of form) {
    const parsed = parseParameter(kind, text);
    if (text !== initial && 'value' in parsed) {
      values[name] = parsed.value;
    }
  }
  return values;
}
