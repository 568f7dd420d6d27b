/**
 * What runs in a worker. `toWorker` starts it by itself; import it in a worker script of your own to have layers of your
 * own there: `import 'simple-rnn/worker-script'`, and `registerLayer` of `simple-rnn` for each class.
 * @packageDocumentation
 */
import { inlined } from '../bytes.js';
import { provide } from '../runtime/module.js';
import { serve } from './host.js';
import { listen } from './listen.js';

provide(inlined);
listen(serve);
