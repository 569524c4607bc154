import { LabIcon } from '@jupyterlab/ui-components';
import millstreamSvg from '../labextension/style/icons/millstream.svg';
import promoteSvg from '../labextension/style/icons/promote.svg';

/** A mill wheel over running water. */
export const millstreamIcon = new LabIcon({ name: 'millstream:icon', svgstr: millstreamSvg });

/** From loose cells up to a fixed pipeline. */
export const promoteIcon = new LabIcon({ name: 'millstream:promote', svgstr: promoteSvg });
