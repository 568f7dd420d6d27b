// Keras' callbacks. Any object with one of the hooks is one too.
export { type Backup, BackupAndRestore, type BackupAndRestoreOptions } from './backup_and_restore.js';
export { type Awaitable, Callback, type CallbackLike, type Hooks } from './callback.js';
export { CallbackList, type Callbacks, type Hook } from './callback_list.js';
export { CSVLogger, type CSVLoggerOptions } from './csv_logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
export { History } from './history.js';
export { LambdaCallback } from './lambda_callback.js';
export { LearningRateScheduler, type LearningRateSchedulerOptions } from './learning_rate_scheduler.js';
export type { CallbackModel, CallbackOptimizer, Logs, Params } from './model.js';
export { type CheckpointTime, ModelCheckpoint, type ModelCheckpointOptions } from './model_checkpoint.js';
export type { Mode, MonitorOptions } from './monitor.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce_lr_on_plateau.js';
export { TerminateOnNaN } from './terminate_on_nan.js';
