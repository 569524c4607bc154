/** What the tags of cells mean, as far as the panel must know before the server has read the notebook. */

/** Tags that give a cell a part of its own instead of a step. */
export const ROLES = ['imports', 'functions', 'parameters', 'metrics', 'skip'] as const;

export type Role = (typeof ROLES)[number];

const STEP = /^(?:step|block):(.*)$/;
const ALIASES: Record<string, Role> = {
  'pipeline-parameters': 'parameters',
  'pipeline-metrics': 'metrics'
};
const LONGEST_NAME = 64;
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** What `stepNameProblem` finds wrong. */
export type NameProblem = 'empty' | 'characters' | 'long';

/** The place of one cell: its role, and its step where it belongs to one. */
export interface IPlace {
  role: Role | 'step' | 'markdown' | null;
  step: string | null;
}

/** The step that these tags name, or null. */
export function stepOf(tags: readonly string[]): string | null {
  for (const tag of tags) {
    const match = STEP.exec(tag);
    if (match) {
      return match[1].trim();
    }
  }
  return null;
}

/** The role that these tags give, or null. */
export function roleOf(tags: readonly string[]): Role | null {
  for (const tag of tags) {
    const role = ALIASES[tag] ?? tag;
    if (isRole(role)) {
      return role;
    }
  }
  return null;
}

export function isRole(name: string): name is Role {
  return (ROLES as readonly string[]).includes(name);
}

/** Whether a tag says which step or role a cell has. */
function saysPlace(tag: string): boolean {
  return STEP.test(tag) || isRole(ALIASES[tag] ?? tag);
}

/** What keeps `name` from being a step's name, or null. */
export function stepNameProblem(name: string): NameProblem | null {
  if (!name) {
    return 'empty';
  }
  if (name.length > LONGEST_NAME) {
    return 'long';
  }
  return NAME.test(name) ? null : 'characters';
}

/**
 * The tags of a cell that is given a step's name or a role.
 *
 * `metrics` says something about the values of a cell, not where it runs: it joins a step instead of replacing it.
 */
export function withPlace(tags: readonly string[], name: string): string[] {
  const tag = isRole(name) ? name : `step:${name}`;
  const kept = tags.filter(old => {
    if (name === 'metrics') {
      return STEP.test(old) || !saysPlace(old);
    }
    return !saysPlace(old) || (!isRole(name) && (ALIASES[old] ?? old) === 'metrics');
  });
  return [...kept, tag];
}

/** The tags without those that say which step or role the cell has. */
export function withoutPlace(tags: readonly string[]): string[] {
  return tags.filter(
    tag => !saysPlace(tag) && !tag.startsWith('after:') && !tag.startsWith('prev:')
  );
}

/**
 * The place of each cell, from its own tags and those above it: an untagged code cell goes on with the step above, and
 * a step that is taken up again further down is a new one with a number.
 */
export function outline(cells: readonly { kind: string; tags: readonly string[] }[]): IPlace[] {
  const taken = new Set<string>();
  let current: { tag: string; name: string } | null = null;
  return cells.map(({ kind, tags }) => {
    if (kind !== 'code') {
      return { role: 'markdown', step: null };
    }
    const role = roleOf(tags);
    if (role && role !== 'metrics') {
      return { role, step: null };
    }
    const tag = stepOf(tags);
    if (tag !== null && tag !== current?.tag) {
      current = { tag, name: freeName(tag, taken) };
      taken.add(current.name);
    }
    return { role: current && 'step', step: current?.name ?? null };
  });
}

function freeName(tag: string, taken: ReadonlySet<string>): string {
  let name = tag;
  for (let number = 2; taken.has(name); number += 1) {
    name = `${tag}_${number}`;
  }
  return name;
}
