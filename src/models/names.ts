/** What a pipeline's name may look like; as an HTML input's `pattern` takes it. */
export const PIPELINE_NAME = '[A-Za-z0-9_]([A-Za-z0-9_.\\-]*[A-Za-z0-9_\\-])?';

export const LONGEST_PIPELINE_NAME = 64;

/** The name that a notebook's pipeline has unless another is given, as the server makes it. */
export function pipelineName(path: string): string {
  const stem = (path.split('/').pop() ?? '').replace(/\.ipynb$/, '');
  const name = stem.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[._-]+|[._-]+$/g, '');
  return name.slice(0, LONGEST_PIPELINE_NAME) || 'pipeline';
}
