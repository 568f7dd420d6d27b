// The whole of @tensorflow/tfjs, as its documentation imports it.
import * as tf from '@tensorflow/tfjs';

globalThis.tf = tf;
