"""What the written script holds as constants, each with its words; here the values stand for their types alone."""

INPUT: tuple[int, ...] = (3, 32, 32)  # a sample, channels first
INPUT_FROM = "INPUT, line 1"  # where the spec says so
OUTPUT: tuple[int, ...] = (10,)  # what the network gives for a sample
OUTPUT_FROM = "FC, line 9"  # where the spec says so
WORDS = 1000  # tokens are below this
CENTRES: tuple[tuple[float, float], ...] = (
    (0.0, 1.0),
    (0.0, 1.0),
)  # the middle of what the first cell sees, and the way to the next

BATCH = 128  # samples of one step, over all processes
EPOCHS = 90
LEARNING_RATE = 1e-2
MOMENTUM = 0.9
NESTEROV = False
BETAS = (0.9, 0.999)
ALPHA = 0.99
EPSILON = 1e-8
DECAY = 5e-4  # of weights; norms and biases do not decay
WARMUP = 0.0  # epochs in which the learning rate grows from 0
FACTOR = 0.1  # what the learning rate is multiplied by
STEPS: tuple[int, ...] = (30, 60)  # after these epochs
STEP = 30  # after every so many epochs
PATIENCE = 10  # epochs without a lower validation loss
POWER = 4.0
SMOOTHING = 0.1  # of the targets: what the right class gives to all
CLIP = 1.0  # the largest norm of all gradients together
HEAD_WEIGHTS: tuple[float, ...] = (0.3, 0.3)  # of the training heads' losses, in the order of the network's outputs
ACCUMULATE = 1  # parts that a process works a step in
CROP = 4  # pixels of room at every edge for a crop at random
FLIP = True  # mirror every second image
SEED = 0
FIXED_BYTES = 1_000_000  # weights, gradients and optimizer state in float32
SAMPLE_BYTES = 100_000  # what training keeps of one sample between the passes in float32
SPEC = "0123456789ab"  # of the spec: a run goes on with the network it began with
DEVIATION = 0.01  # of the weights, as the paper draws them
BIASES: dict[str, float] = {"conv2": 1.0}  # where they do not begin at 0, as the paper has them
