import type { Config } from '../family.js';
import { ArgumentError } from '../runtime/errors.js';
import type { Cell } from './cells.js';
import { Layer } from './layer.js';
import { toSnakeCase } from './names.js';
import { isOwn } from './registry.js';
import { RNN } from './rnn.js';
import { StackedRNNCells } from './stacked_rnn_cells.js';

/**
 * A layer like this one with some options changed, not built and with no part in any graph. Layers that say how they
 * are configured (`getConfig`) are made from that; others from the options that they were made with.
 * @throws {ArgumentError} for a recurrent layer whose cell is a bare object with weights.
 */
export function freshLayer<T extends Layer>(layer: T, changed: Config = {}): T {
  const type = layer.constructor as typeof Layer;
  if (layer instanceof StackedRNNCells) {
    return layer.recreate({ cells: layer.cells.map((cell) => freshCell(layer.owner, cell)), ...changed });
  }
  if (layer instanceof RNN && 'cell' in layer.options) {
    return layer.recreate({ cell: freshCell(layer.owner, layer.cell), ...changed });
  }
  const isConfigured = Object.hasOwn(type.prototype, 'getConfig') && !isOwn(type);
  if (!isConfigured) return layer.recreate(changed);
  const config = layer.getConfig();
  for (const [key, value] of Object.entries(changed)) config[toSnakeCase(key)] = value;
  return (type as unknown as { fromConfig(config: Config): T }).fromConfig(config);
}

function freshCell(owner: string, cell: Cell): Cell {
  if (cell instanceof Layer) return freshLayer(cell);
  if (cell.build === undefined && (cell.weights ?? []).length === 0) return cell;
  throw new ArgumentError(
    `${owner}: \`cell\` is a bare object with weights, and cannot be made anew for each direction; derive a class from Layer`,
  );
}
