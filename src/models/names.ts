/** What a pipeline's name may look like; as an HTML input's `pattern` takes it. */
export const PIPELINE_NAME = '[A-Za-z][A-Za-z0-9_\\-]*';

export const LONGEST_PIPELINE_NAME = 64;

/** A pipeline's name made of a notebook's file name: `01 Flights (2).ipynb` → `Flights-2`. */
export function pipelineName(path: string): string {
  const stem = (path.split('/').pop() ?? '').replace(/\.ipynb$/, '');
  const name = stem
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .replace(/-+$/, '');
  return name.slice(0, LONGEST_PIPELINE_NAME) || 'pipeline';
}
