# %% [markdown]
r"""
# Twenty years of networks that see

In October 2012, seven teams send in their guesses for 100,000 photographs, each of
which shows one of a thousand things. Six of them are wrong in more than a quarter of
the cases, although each may guess five times. The seventh is wrong in 16 %. Its
program is a convolutional network, as there was one that read cheques in 1998,
but with a thousand times as many parameters. A year later nearly all teams train
such networks.

**The question.** From LeNet-5 (1998) to capsules (2017), each new architecture
keeps the convolutions and changes how they are put together. What did each change
buy, where do its parameters go, and what can a network of twenty layers do only if
the signal may pass around them?

**Before you run anything**, write down your predictions:

1. AlexNet has 62 million parameters. Which share of them is in its five
   convolutions: about 6 %, a third, or 60 %? And of the multiplications?
2. A network of twenty layers has just been initialised. How large is the gradient
   that reaches its first layer, compared with the same network in which every second
   layer has a shortcut: the same, a thousandth, a hundred-thousandth?
3. Sixty of a hundred capsules agree about one of two parents; the other forty do not
   agree about anything. At first each gives a half of its output to each parent. How
   much does a capsule that agrees give to this parent after three rounds of *routing*?

You will build the networks themselves: LeNet-5, AlexNet, VGG, the module of
GoogLeNet, residual networks, and the routing between capsules. Each of them is
checked by its shapes, its number of parameters and by what it computes. The residual
network and a network of capsules are trained at the end, from your parts.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf
from jaxtyping import Float

# %% [markdown]
r"""
## LeNet-5: the pattern

A *builder* is a function that returns a network. With Keras' functional interface it
begins with a symbolic image, `keras.Input`, which has a shape and no pixels. Each
layer is called on what the layer before returned, and `keras.Model` collects all that
lies between the image and the result. Here is a small one, worked in full.
"""

# %% tags=["active-ipynb"]
# def tiny_network(classes=3):
#     image = keras.Input((12, 12, 1))
#     maps = keras.layers.Conv2D(4, 3, activation="relu")(image)
#     maps = keras.layers.MaxPooling2D(2)(maps)
#     scores = keras.layers.Dense(classes)(keras.layers.Flatten()(maps))
#     return keras.Model(image, scores)
#
#
# for layer in tiny_network().layers:
#     print(f"{type(layer).__name__:13} {str(layer.output.shape[1:]):12} {layer.count_params():5} parameters")
# assert tiny_network().count_params() == 40 + 303, "as counted below"

# %% [markdown]
r"""
A convolution with windows of $p\times q$ pixels from $C$ to $O$ maps has $pqCO$ weights
and $O$ biases: here $3\cdot3\cdot1\cdot4+4=40$. A pooling and a flattening have no
parameters. After the pooling, 4 maps of $5\times5$ are left, so the dense layer has
$100\cdot3+3=303$. The last layer returns *logits*, which may be any numbers; the loss
makes probabilities of them.

LeNet-5 read cheques for banks. It has three convolutions' worth of ideas that stayed for
twenty years: local windows with shared weights, pooling in between, and more and more
maps on fewer and fewer pixels.

*A small step:* an image of $32\times32$ passes a $5\times5$ convolution without padding,
a $2\times2$ pooling, a second such convolution and a second pooling. How many pixels has
each map then?

<details><summary>Answer</summary>

$32\to28\to14\to10\to5$: $5\times5=25$ pixels. With 16 maps, 400 numbers reach the first
dense layer.

</details>
"""


# %%
def lenet5(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 1)) -> keras.Model:
    """Build LeNet-5, with logits as its output.

    Builds the network of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning
    applied to document recognition" (1998), https://doi.org/10.1109/5.726791, section
    II.B, in its modern form: each map of the second convolution sees all six maps, pooling
    has no parameters, and the last layer is an ordinary dense one. All windows are square,
    and nothing is padded:

    1. a convolution of 5 × 5 with 6 maps, tanh; average pooling of 2 × 2 with stride 2;
    2. a convolution of 5 × 5 with 16 maps, tanh; average pooling of 2 × 2 with stride 2;
    3. dense layers of 120 and 84 units, tanh, and one of `classes` units without activation.

    All convolutions and dense layers have a bias. The same in training as in use.

    Args:
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: as Keras itself does, where there is no class, or a side of the image is
            too small for the windows.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(lenet5)

# %% [markdown]
r"""
## Local response normalisation

AlexNet divides each number by a measure of how active its neighbours are: not the
neighbouring pixels, but the neighbouring *channels* at the same pixel. For channel $c$ of
$C$, with radius $r$,

$$y_c = \frac{x_c}{\bigl(k+\alpha\sum_{j=\max(0,\,c-r)}^{\min(C-1,\,c+r)} x_j^2\bigr)^{\beta}}$$

The constants of the paper are $k=2$, $\alpha=10^{-4}$, $\beta=0.75$ and $r=2$ (five
channels). Beyond the first and the last channel there is nothing to add. Batch
normalisation has replaced it since 2015, but the idea comes from the eye: neighbouring
nerve cells inhibit each other.
"""


# %%
def local_response_norm(
    x: Float[tf.Tensor, "batch height width channels"],
    radius: int = 2,
    bias: float = 2.0,
    alpha: float = 1e-4,
    beta: float = 0.75,
) -> Float[tf.Tensor, "batch height width channels"]:
    """Divide each number by the activity of the neighbouring channels at its pixel.

    Computes section 3.3 of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks" (2012), https://doi.org/10.1145/3065386. Any way
    will do but `tf.nn.local_response_normalization`. Gradients flow to x.

    Args:
        x: maps.
        radius: r, 0 or more; so many channels on each side belong to the sum, as far as
            there are any. The sum is not divided by their number.
        bias: k, above 0.
        alpha: what the sum of squares is multiplied by.
        beta: the power of the denominator.

    Returns:
        Maps as x is shaped.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(local_response_norm)

# %% [markdown]
r"""
## AlexNet

AlexNet is LeNet-5's pattern at a larger scale, with three changes: ReLU instead of tanh,
pooling by maxima over windows that overlap, and dropout between the dense layers, where
most of its parameters are. It was split over two graphics cards; we build the undivided
network, which has a little more.

So that it can be built in milliseconds, all numbers of maps and units are multiplied by a
*width*, 1 for the original. At width 1/16 it has about 1/200 of the parameters.

*A small step:* the first convolution has windows of $11\times11$ and stride 4, without
padding, on an image of 227 pixels. A pooling has windows of $3\times3$ and stride 2. How
many pixels has a side after the first convolution, and after each of three poolings, if
the other convolutions change nothing?

<details><summary>Answer</summary>

$(227-11)/4+1=55$, then $(55-3)/2+1=27$, then 13, then 6. So $6\cdot6\cdot256=9216$ numbers
reach the first dense layer. With the 224 pixels that the paper writes, the first division
has a remainder; 227 is what makes its numbers right.

</details>
"""


# %%
def alexnet(
    width: float = 1.0,
    classes: int = 1000,
    input_shape: tuple[int, int, int] = (227, 227, 3),
    norm: Callable | None = None,
) -> keras.Model:
    """Build AlexNet, undivided, with logits as its output.

    Builds the network of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks" (2012), https://doi.org/10.1145/3065386, on one
    device. "Pooling" is a maximum over 3 × 3 with stride 2, without padding; every
    convolution and dense layer but the last is followed by a ReLU:

    1. a convolution of 11 × 11 with 96 maps, stride 4, without padding; norm; pooling;
    2. a convolution of 5 × 5 with 256 maps, padding "same"; norm; pooling;
    3. three convolutions of 3 × 3 with 384, 384 and 256 maps, padding "same"; pooling;
    4. twice a dense layer of 4096 units, each followed by dropout of 0.5;
    5. a dense layer of `classes` units, without activation.

    All convolutions and dense layers have a bias.

    Args:
        width: all numbers of maps and units but `classes` are multiplied by it, and rounded
            to the nearest integer.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.
        norm: a layer without weights, called after the ReLU of the first two convolutions;
            None: nothing is normalised.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: as Keras itself does, where a layer has no map or unit left after the
            rounding, or a side of the image is too small for the windows.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(alexnet)

# %% [markdown]
r"""
## VGG: counting first

The VGG networks of 2014 have one kind of convolution only, $3\times3$ with padding
"same", and one kind of pooling, $2\times2$. A network is then described by its *blocks*:
each has some convolutions with the same number of maps, and a pooling at its end. VGG-16
is `[(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]`, and then come two dense layers of
4096 units and the classes.

*A small step:* two $3\times3$ convolutions see $5\times5$ pixels, three see $7\times7$.
How many weights have three $3\times3$ convolutions from $C$ to $C$ maps, and how many has
one of $7\times7$, which sees as much?

<details><summary>Answer</summary>

$3\cdot9C^2=27C^2$ against $49C^2$. The three have also three ReLUs in place of one.

</details>

Before you build such a network, count it. Whoever designs a network does this on paper:
138 million numbers of 4 bytes need half a gigabyte before the first image arrives.
"""

# %%
VGG16 = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]


def vgg_parameters(
    blocks: Sequence[tuple[int, int]],
    width: float = 1.0,
    classes: int = 1000,
    input_shape: tuple[int, int, int] = (224, 224, 3),
) -> int:
    """Count the parameters of a VGG network by arithmetic, without building it.

    Counts the networks of table 1 in Simonyan and Zisserman, "Very Deep Convolutional
    Networks for Large-Scale Image Recognition" (2015), https://arxiv.org/abs/1409.1556.
    Each block has convolutions of 3 × 3 with padding "same", and a pooling of 2 × 2 with
    stride 2 at its end, which leaves out a last odd row or column. All that is left is read
    by a dense layer of 4096 units, then follow a second one and one of `classes` units. All
    convolutions and dense layers have a bias.

    Args:
        blocks: (number of convolutions, maps of each) of each block, from the image up.
        width: the maps and the 4096 units are multiplied by it, and rounded to the nearest
            integer.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        How many weights and biases there are together, an integer.

    Raises:
        ValueError: a pooling would leave no pixel.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(vgg_parameters)

# %% [markdown]
r"""
## VGG: building

Now build what you have counted.
"""


# %%
def vgg(
    blocks: Sequence[tuple[int, int]],
    width: float = 1.0,
    classes: int = 1000,
    input_shape: tuple[int, int, int] = (224, 224, 3),
) -> keras.Model:
    """Build a VGG network, with logits as its output.

    Builds the networks of table 1 in Simonyan and Zisserman, "Very Deep Convolutional
    Networks for Large-Scale Image Recognition" (2015), https://arxiv.org/abs/1409.1556,
    without dropout. Each block has convolutions of 3 × 3 with padding "same", each followed
    by a ReLU, and a pooling by the maximum over 2 × 2 with stride 2 at its end. Then all
    pixels of all maps are read by a dense layer of 4096 units with ReLU, a second one, and a
    dense layer of `classes` units without activation. All have a bias. The same in training
    as in use.

    Args:
        blocks: (number of convolutions, maps of each) of each block, from the image up.
        width: the maps and the 4096 units are multiplied by it, and rounded to the nearest
            integer.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: as Keras itself does, where a layer has no map or unit left after the
            rounding, or a pooling would leave no pixel.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(vgg)

# %% [markdown]
r"""
## The inception module

GoogLeNet won in 2014 with a twelfth of AlexNet's parameters. Which window is the right
one, $1\times1$, $3\times3$ or $5\times5$? Its answer is: all of them, side by side, and
the next layer chooses. What makes it affordable are $1\times1$ convolutions. They mix the
channels of one pixel, and *reduce* their number before a larger window has to look at them.

*A small step:* 192 maps come in, and a $5\times5$ convolution is to make 32 maps. How many
weights has it, without biases? How many are there if a $1\times1$ convolution first reduces
192 maps to 16?

<details><summary>Answer</summary>

$25\cdot192\cdot32=153{,}600$, against $192\cdot16+25\cdot16\cdot32=3{,}072+12{,}800=15{,}872$:
a tenth.

</details>
"""


# %%
def inception_module(
    x: keras.KerasTensor, f1: int, f3r: int, f3: int, f5r: int, f5: int, fp: int
) -> keras.KerasTensor:
    """Apply four branches side by side and concatenate their maps.

    Builds figure 2(b) of Szegedy et al., "Going Deeper with Convolutions" (2015),
    https://arxiv.org/abs/1409.4842. All layers have stride 1 and padding "same"; every
    convolution, those that reduce too, has a bias and is followed by a ReLU. The branches,
    in the order of their maps in the result:

    1. a convolution of 1 × 1;
    2. a convolution of 1 × 1, then one of 3 × 3;
    3. a convolution of 1 × 1, then one of 5 × 5;
    4. a maximum over 3 × 3, then a convolution of 1 × 1.

    Args:
        x: a symbolic tensor [batch, height, width, channels], as `keras.Input` and Keras'
            layers return it.
        f1: maps of the first branch.
        f3r: maps of the second branch after its 1 × 1 convolution.
        f3: maps of the second branch at its end.
        f5r: maps of the third branch after its 1 × 1 convolution.
        f5: maps of the third branch at its end.
        fp: maps of the fourth branch.

    Returns:
        A symbolic tensor [batch, height, width, f1 + f3 + f5 + fp].

    Raises:
        ValueError: as Keras itself does, where a convolution would have no maps.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(inception_module)

# %% [markdown]
r"""
## The residual block

A plain network of 56 layers has a *higher* error than one of 20, on the training images
too. So this is no overfitting: the deeper network could copy the shallower one and let the
other layers do nothing, but training does not find that. In a residual block it is what
happens if the weights do nothing: the block adds to its input $x$ what two convolutions
make of it, $F(x)$,

$$y = \operatorname{ReLU}(F(x) + S(x)).$$

$S$ is the *shortcut*. Where $F(x)$ has the shape of $x$, the shortcut is $x$ itself. Where
the block halves the sides or changes the number of channels, $S$ is a *projection*: a
$1\times1$ convolution with the same stride.

*A small step:* what is the gradient of a loss with respect to $x$ if the ReLU passes all, and
$S(x)=x$? What is left of it if the weights of $F$ are very small?

<details><summary>Answer</summary>

$\nabla_x=\nabla_y+J^\top\nabla_y$, with the Jacobian $J$ of $F$. With small weights $J$ is
almost 0, and $\nabla_x\approx\nabla_y$: the gradient passes the block as it is. Without a
shortcut only the small second term is there.

</details>
"""


# %%
class ResidualBlock(keras.layers.Layer):
    """Add to a shortcut what two convolutions, or three, make of the input.

    Computes He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2016),
    https://arxiv.org/abs/1512.03385, section 3 and figure 5. Every convolution has padding
    "same" and no bias, and is followed by a batch normalisation with Keras' defaults.

    The basic block has two convolutions of 3 × 3 with `filters` maps. A bottleneck has
    three, of 1 × 1, 3 × 3 and 1 × 1, the first two with `filters` maps and the third with
    4 · `filters`. The first convolution has the stride, the others have stride 1. After each
    normalisation but the last stands a ReLU; the last ReLU stands after the addition.

    The shortcut is x itself. Only where the block's stride is not 1, or x has another number
    of channels than the result, it is a convolution of 1 × 1 with the block's stride, with a
    normalisation of its own and no ReLU. Gradients flow to x and to all variables. In
    training the normalisations use the batch, as Keras' layers do by themselves.

    Args of the constructor:
        filters: maps of the block's first convolution.
        stride: 1 or more.
        bottleneck: which of the two blocks it is.
    """

    def __init__(self, filters: int, stride: int = 1, bottleneck: bool = False):
        super().__init__()
        self.filters = filters
        self.stride = stride
        self.bottleneck = bottleneck

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the layers for inputs of this shape, [batch, height, width, channels]."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(
        self, x: Float[tf.Tensor, "batch height width channels"]
    ) -> Float[tf.Tensor, "batch height2 width2 channels2"]:
        """Apply the block."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(ResidualBlock)

# %% [markdown]
r"""
## Residual networks

For images of $32\times32$ pixels, He et al. stack $n$ blocks with 16 maps, $n$ with 32 and
$n$ with 64. Where the maps double, the sides are halved, so that every stage needs about
the same arithmetic. With the first convolution and the last dense layer these are $6n+2$
layers with weights: $n=3$ makes ResNet-20, $n=9$ ResNet-56.

What a block is, the builder need not know: it is handed a function that makes one. So it
will build the *plain* twin too, whose blocks have no shortcut.
"""


# %%
def resnet_cifar(
    depth: int,
    block: Callable[[int, int], keras.layers.Layer],
    width: int = 16,
    classes: int = 10,
    input_shape: tuple[int, int, int] = (32, 32, 3),
) -> keras.Model:
    """Build a residual network for small images, with logits as its output.

    Builds the networks of section 4.2 of He, Zhang, Ren and Sun, "Deep Residual Learning
    for Image Recognition" (2016), https://arxiv.org/abs/1512.03385:

    1. a convolution of 3 × 3 with `width` maps, stride 1, padding "same" and no bias; batch
       normalisation with Keras' defaults; ReLU;
    2. three stages of n blocks each, with `width`, 2 · `width` and 4 · `width` maps. The
       first blocks of the second and third stage have stride 2, all others stride 1;
    3. the mean over all pixels of each map; a dense layer of `classes` units with a bias and
       without activation.

    Args:
        depth: 6n + 2, with n of 1 or more.
        block: `block(filters, stride)` makes a new layer, which is called on maps.
        width: maps of the first stage.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: `depth` is not 6n + 2 with an n of 1 or more; or, as Keras itself does,
            there is no map or no class.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(resnet_cifar)

# %% [markdown]
r"""
## Capsules: a length that is a probability

A pooling says *that* something was found, and forgets where. Capsules are an attempt to
keep both. A capsule is a group of units that returns a vector: its direction says how the
thing is placed, and its length how sure it is that the thing is there. For this the length
has to lie between 0 and 1. *Squashing* keeps the direction of $s$ and maps its length
$\lVert s\rVert$ to $\lVert s\rVert^2/(1+\lVert s\rVert^2)$.

The paper multiplies this length by the direction $s/\lVert s\rVert$. At $s=0$, where the
result should be 0, that is $0/0$. A capsule that sees nothing is just there.

*A small step:* what does a network learn from a batch in which one such 0/0 occurs? And how
can $v$ be written as $s$ times one number, without a division by $\lVert s\rVert$?

<details><summary>Answer</summary>

Nothing: $0/0$ is not a number, the loss is not a number then, nor is any gradient, and after
one step all weights are lost. Write $v=s\cdot\lVert s\rVert/(1+\lVert s\rVert^2)$. Near 0
this is about $s\lVert s\rVert$, so that $v$ and its gradient are 0 at $s=0$.

</details>
"""


# %%
def squash(s: Float[tf.Tensor, "*batch size"]) -> Float[tf.Tensor, "*batch size"]:
    """Map vectors to the same direction and to a length below 1.

    Computes equation 1 of Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules"
    (2017), https://arxiv.org/abs/1710.09829:
    v = ‖s‖² / (1 + ‖s‖²) · s / ‖s‖. Gradients flow to s.

    Args:
        s: vectors along the last axis, with entries of up to ±10,000. Where a vector is 0,
            so are the result and the gradient that reaches it. Vectors shorter than 0.1,
            other than 0, do not occur.

    Returns:
        As s is shaped.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(squash)

# %% [markdown]
r"""
## Capsules: a margin

There is one capsule for each class, and several classes may be there at once. So each
length is judged on its own: a class that is there ($T=1$) should have a length of 0.9 or
more, one that is not ($T=0$) 0.1 or less, and the latter counts half, so that at the start
not all capsules are shrunk:

$$L = \sum_k T_k \max(0,\,0.9-\lVert v_k\rVert)^2 + 0.5\,(1-T_k)\max(0,\,\lVert v_k\rVert-0.1)^2$$
"""


# %%
def margin_loss(
    v: Float[tf.Tensor, "batch classes size"], y: Float[tf.Tensor, "batch classes"]
) -> Float[tf.Tensor, "batch"]:
    """Punish capsules that are too short for a class that is there, or too long for one that is not.

    Computes equation 4 of Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules"
    (2017), https://arxiv.org/abs/1710.09829, with the paper's constants 0.9, 0.1 and 0.5.
    Gradients flow to v; where a capsule is 0, the gradient that reaches it is 0, too.

    Args:
        v: the capsule of each class. Capsules shorter than 0.05, other than 0, do not occur.
        y: 1 where the class is there, 0 elsewhere; any number of classes may be there.

    Returns:
        The loss of each example, summed over the classes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(margin_loss)

# %% [markdown]
r"""
## Routing by agreement

Capsule $i$ of one layer predicts, by a matrix that is learnt, what each capsule $j$ above
should be: the *prediction* $\hat u_{j|i}$. Where many predictions agree, the thing is there.
Routing finds these clusters in a few rounds. With scores $b_{ij}$ that begin at 0:

1. the *couplings* of capsule $i$ are $c_{ij}=\exp b_{ij}/\sum_k\exp b_{ik}$: it shares its
   output out among the parents;
2. parent $j$ adds up what it gets: $s_j=\sum_i c_{ij}\hat u_{j|i}$, and $v_j=\operatorname{squash}(s_j)$;
3. the scores grow by the agreement: $b_{ij}\leftarrow b_{ij}+\hat u_{j|i}\cdot v_j$.

It is attention turned around: in a transformer, whoever receives shares out its weights among
the senders; here each sender shares out its weights among the receivers.
"""


# %%
def dynamic_routing(
    u_hat: Float[tf.Tensor, "batch inputs outputs size"],
    iters: int,
    squash: Callable[[Float[tf.Tensor, "batch outputs size"]], Float[tf.Tensor, "batch outputs size"]],
) -> tuple[Float[tf.Tensor, "batch outputs size"], Float[tf.Tensor, "batch inputs outputs"]]:
    """Route predictions to the parents that they agree with.

    Computes procedure 1 of Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules"
    (2017), https://arxiv.org/abs/1710.09829. Gradients flow to u_hat, through all rounds:
    nothing is stopped.

    Args:
        u_hat: what each input predicts for each output.
        iters: number of rounds, 1 or more. In each, couplings are computed from the scores, and
            outputs from the couplings; between two rounds the scores grow by the agreements.
        squash: what is applied to the sums, along their last axis.

    Returns:
        The outputs of the last round, and the couplings that made them, which sum to 1 over
        the outputs.

    Raises:
        ValueError: `iters` is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(dynamic_routing)

# %% [markdown]
r"""
## In your own words

TODO
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
