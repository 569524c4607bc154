import type { Check } from '../api/types';
import { firstLine, type ICell } from './notebook';

/** One cell that would get a step's name or a role. */
export interface ISuggestion {
  /** The cell's id. */
  readonly id: string;
  /** The cell's index when the notebook was analysed. */
  readonly cell: number;
  readonly isStep: boolean;
  /** The step's name, or the role. */
  readonly place: string;
  /** The first line of the cell. */
  readonly line: string;
}

const STEP = /^step:/;

/** The suggestions of an analysis for the cells that are still there. `ids` are those of the cells analysed. */
export function suggestionsOf(
  check: Check | null,
  ids: readonly string[],
  cells: readonly ICell[]
): ISuggestion[] {
  return (check?.suggestions ?? []).flatMap(({ cell, tags }) => {
    const found = cells.find(({ id }) => id === ids[cell]);
    const tag = tags[0];
    if (!found || tag === undefined) {
      return [];
    }
    const isStep = STEP.test(tag);
    const place = tag.replace(STEP, '');
    return [{ id: found.id, cell, isStep, place, line: firstLine(found.source) }];
  });
}
