import { pipelineName } from '../names';
import { outline, stepNameProblem } from '../tags';

import rules from './rules.json';

it.each(Object.entries(rules.stepNames))('a step may be called %j: %s', (name, legal) => {
  expect(stepNameProblem(name) === null).toBe(legal);
});

it.each(Object.entries(rules.pipelineNames))('the pipeline of %j is %s', (path, name) => {
  expect(pipelineName(path)).toBe(name);
});

it.each(rules.outlines)('cells with $tags are at $places', ({ tags, places }) => {
  const cells = tags.map(each => ({ kind: 'code', tags: each }));
  expect(outline(cells).map(place => (place.role === 'step' ? place.step : place.role))).toEqual(
    places
  );
});
