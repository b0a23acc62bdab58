"""Examples of derivatives in a direction, for their docstrings: by the name of the function."""

__all__ = ["EXAMPLES"]

EXAMPLES = {
    "branched_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_jvp([[0.0], [2.0]], [[0.0], [1.0]], 2)
array([1., 2.])
""",
    "branched_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_backprop_jvp(
...     [[0.0], [2.0]], [[0.0], [1.0]], None, [0.0, 1.0], None, 2
... )
array([[-1.],
       [ 1.]])
""",
    "branched_log_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_jvp([[0.0], [2.0]], [[0.0], [1.0]], 2)
array([1., 0.])
""",
    "branched_log_sig_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.branched_log_sig_backprop_jvp(
...     [[0.0], [2.0]], [[0.0], [1.0]], [1.0, 0.0], [1.0, 0.0], 2
... )
array([[-1.],
       [ 1.]])
""",
    "branched_sig_coef": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_coef_jvp([[0.0], [2.0]], [[0.0], [1.0]], [((0,), 0)])
array([2.])
""",
    "branched_sig_coef_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_coef_backprop_jvp(
...     [[0.0], [2.0]], [[0.0], [1.0]], [((0,), 0)], None, [1.0], None
... )
array([[-1.],
       [ 1.]])
""",
    "branched_log_sig_coef": """
Two steps, of which the second becomes longer: the coefficient is half the area that they span.

>>> import treealg
>>> path, tangent = [[0, 0], [1, 0], [1, 2]], [[0, 0], [0, 0], [0, 1]]
>>> treealg.branched_log_sig_coef_jvp(path, tangent, [((0,), 1)])
array([0.5])
""",
    "branched_log_sig_coef_backprop": """
How the gradient of that coefficient changes with the second step.

>>> import treealg
>>> path, tangent = [[0, 0], [1, 0], [1, 2]], [[0, 0], [0, 0], [0, 1]]
>>> treealg.branched_log_sig_coef_backprop_jvp(
...     path, tangent, [((0,), 1)], None, [1.0], None
... )[:, 0]
array([-0.5,  0.5,  0. ])
""",
    "branched_sig_of_lift": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_of_lift_jvp([[2.0, 0.5]], [[1.0, 0.0]], 1, 2)
array([1., 2.])
""",
    "branched_sig_of_lift_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_of_lift_backprop_jvp(
...     [[2.0, 0.5]], [[1.0, 0.0]], [0.0, 1.0], None, 1, 2
... )
array([[1., 0.]])
""",
    "sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_jvp([[0.0], [2.0]], [[0.0], [1.0]], 2)
array([1., 2.])
""",
    "sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.sig_backprop_jvp([[0.0], [2.0]], [[0.0], [1.0]], None, [0.0, 1.0], None, 2)
array([[-1.],
       [ 1.]])
""",
    "log_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.log_sig_jvp([[0.0], [2.0]], [[0.0], [1.0]], 2)
array([1., 0.])
""",
    "log_sig_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.log_sig_backprop_jvp([[0.0], [2.0]], [[0.0], [1.0]], [1.0, 0.0], [1.0, 0.0], 2)
array([[-1.],
       [ 1.]])
""",
    "sig_coef": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_coef_jvp([[0.0], [2.0]], [[0.0], [1.0]], [(0, 0)])
array([2.])
""",
    "sig_coef_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.sig_coef_backprop_jvp(
...     [[0.0], [2.0]], [[0.0], [1.0]], [(0, 0)], None, [1.0], None
... )
array([[-1.],
       [ 1.]])
""",
    "log_sig_coef": """
Two steps, of which the second becomes longer: the coefficient is half the area that they span.

>>> import treealg
>>> path, tangent = [[0, 0], [1, 0], [1, 2]], [[0, 0], [0, 0], [0, 1]]
>>> treealg.log_sig_coef_jvp(path, tangent, [(0, 1)])
array([0.5])
""",
    "log_sig_coef_backprop": """
How the gradient of that coefficient changes with the second step.

>>> import treealg
>>> path, tangent = [[0, 0], [1, 0], [1, 2]], [[0, 0], [0, 0], [0, 1]]
>>> treealg.log_sig_coef_backprop_jvp(path, tangent, [(0, 1)], None, [1.0], None)[:, 0]
array([-0.5,  0.5,  0. ])
""",
    "transform_path": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.transform_path_jvp([[0.0], [2.0]], [[0.0], [1.0]])
array([[0.],
       [1.]])
""",
    "transform_path_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.transform_path_backprop_jvp(
...     [[0.0], [2.0]], [[0.0], [1.0]], [[1.0], [0.0]], [[1.0], [0.0]]
... )
array([[1.],
       [0.]])
""",
    "branched_sig_change_lift": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_change_lift_jvp([2.0, 4.0], [1.0, 0.0], 2, 1)
array([1., 0.])
""",
    "branched_sig_change_lift_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.branched_sig_change_lift_backprop_jvp([1.0, 0.0], [1.0, 0.0], 2, 1)
array([1., 0.])
""",
    "branched_sig_to_geometric": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_to_geometric_jvp([2.0, 2.0], [1.0, 2.0], 1, 2)
array([1., 2., 0.])
""",
    "branched_sig_to_geometric_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_to_geometric_backprop_jvp(
...     [0.0, 0.0, 1.0], None, [2.0, 2.0], [1.0, 2.0], 1, 2
... )
array([-1.,  0.])
""",
    "geometric_to_branched_sig": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.geometric_to_branched_sig_jvp([2.0, 2.0, 0.5], [1.0, 2.0, 0.0], 1, 2)
array([1., 2.])
""",
    "geometric_to_branched_sig_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.geometric_to_branched_sig_backprop_jvp([1.0, 0.0], [1.0, 0.0], 1, 2)
array([1., 0., 0.])
""",
    "branched_sig_to_log_sig": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_to_log_sig_jvp([2.0, 2.0], [1.0, 2.0], 1, 2)
array([1., 0.])
""",
    "branched_sig_to_log_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_to_log_sig_backprop_jvp(
...     [2.0, 2.0], [1.0, 2.0], [0.0, 1.0], None, 1, 2
... )
array([-1.,  0.])
""",
    "branched_log_sig_to_sig": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_to_sig_jvp([2.0, 0.0], [1.0, 0.0], 1, 2)
array([1., 2.])
""",
    "branched_log_sig_to_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_to_sig_backprop_jvp(
...     [2.0, 0.0], [1.0, 0.0], [0.0, 1.0], None, 1, 2
... )
array([1., 0.])
""",
    "branched_sig_combine": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_combine_jvp([2.0, 2.0], [1.0, 2.0], [1.0, 0.5], None, 1, 2)
array([1., 3.])
""",
    "branched_sig_combine_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_combine_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 2.0], [1.0, 2.0], [1.0, 0.5], None, 1, 2
... )
(array([0., 0.]), array([1., 0.]))
""",
    "branched_sig_inverse": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_inverse_jvp([2.0, 2.0], [1.0, 2.0], 1, 2)
array([-1.,  2.])
""",
    "branched_sig_inverse_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.branched_sig_inverse_backprop_jvp(
...     [1.0, 1.0], [1.0, 1.0], [2.0, 2.0], [1.0, 2.0], 1, 2
... )
array([ 5., -1.])
""",
    "branched_sig_join": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_sig_join_jvp([2.0, 2.0], [1.0, 2.0], [2.0], [1.0], 1, 2)
array([2., 8.])
""",
    "branched_sig_join_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_sig_join_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 2.0], [1.0, 2.0], [2.0], [1.0], 1, 2
... )
(array([1., 0.]), array([2.]))
""",
    "branched_log_sig_combine": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_combine_jvp([2.0, 0.0], [1.0, 0.0], [1.0, 0.0], None, 1, 2)
array([1., 0.])
""",
    "branched_log_sig_combine_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_combine_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 0.0], [1.0, 0.0], [1.0, 0.0], None, 1, 2
... )
(array([0., 0.]), array([0., 0.]))
""",
    "branched_log_sig_join": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_join_jvp([2.0, 0.0], [1.0, 0.0], [2.0], [1.0], 1, 2)
array([2., 0.])
""",
    "branched_log_sig_join_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.branched_log_sig_join_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 0.0], [1.0, 0.0], [2.0], [1.0], 1, 2
... )
(array([0., 0.]), array([0.]))
""",
    "linear_branched_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.linear_branched_sig_jvp([2.0], [1.0], 1, 2)
array([1., 2.])
""",
    "linear_branched_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.linear_branched_sig_backprop_jvp([0.0, 1.0], None, [2.0], [1.0], 1, 2)
array([1.])
""",
    "linear_branched_log_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.linear_branched_log_sig_jvp([2.0], [1.0], 1, 2)
array([1., 0.])
""",
    "linear_branched_log_sig_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.linear_branched_log_sig_backprop_jvp([1.0, 0.0], [1.0, 0.0], [2.0], [1.0], 1, 2)
array([1.])
""",
    "sig_to_log_sig": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_to_log_sig_jvp([2.0, 2.0], [1.0, 2.0], 1, 2)
array([1., 0.])
""",
    "sig_to_log_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.sig_to_log_sig_backprop_jvp([2.0, 2.0], [1.0, 2.0], [0.0, 1.0], None, 1, 2)
array([-1.,  0.])
""",
    "log_sig_to_sig": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.log_sig_to_sig_jvp([2.0, 0.0], [1.0, 0.0], 1, 2)
array([1., 2.])
""",
    "log_sig_to_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.log_sig_to_sig_backprop_jvp([2.0, 0.0], [1.0, 0.0], [0.0, 1.0], None, 1, 2)
array([1., 0.])
""",
    "sig_combine": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_combine_jvp([2.0, 2.0], [1.0, 2.0], [1.0, 0.5], None, 1, 2)
array([1., 3.])
""",
    "sig_combine_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.sig_combine_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 2.0], [1.0, 2.0], [1.0, 0.5], None, 1, 2
... )
(array([0., 0.]), array([1., 0.]))
""",
    "sig_inverse": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_inverse_jvp([2.0, 2.0], [1.0, 2.0], 1, 2)
array([-1.,  2.])
""",
    "sig_inverse_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.sig_inverse_backprop_jvp([1.0, 1.0], [1.0, 1.0], [2.0, 2.0], [1.0, 2.0], 1, 2)
array([ 5., -1.])
""",
    "sig_join": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_join_jvp([2.0, 2.0], [1.0, 2.0], [2.0], [1.0], 1, 2)
array([2., 8.])
""",
    "sig_join_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.sig_join_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 2.0], [1.0, 2.0], [2.0], [1.0], 1, 2
... )
(array([1., 0.]), array([2.]))
""",
    "log_sig_combine": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.log_sig_combine_jvp([2.0, 0.0], [1.0, 0.0], [1.0, 0.0], None, 1, 2)
array([1., 0.])
""",
    "log_sig_combine_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.log_sig_combine_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 0.0], [1.0, 0.0], [1.0, 0.0], None, 1, 2
... )
(array([0., 0.]), array([0., 0.]))
""",
    "log_sig_join": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.log_sig_join_jvp([2.0, 0.0], [1.0, 0.0], [2.0], [1.0], 1, 2)
array([2., 0.])
""",
    "log_sig_join_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.log_sig_join_backprop_jvp(
...     [0.0, 1.0], None, [2.0, 0.0], [1.0, 0.0], [2.0], [1.0], 1, 2
... )
(array([0., 0.]), array([0.]))
""",
    "linear_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.linear_sig_jvp([2.0], [1.0], 1, 2)
array([1., 2.])
""",
    "linear_sig_backprop": """
How the gradient at a step of 2 changes as the step becomes longer:

>>> import treealg
>>> treealg.linear_sig_backprop_jvp([0.0, 1.0], None, [2.0], [1.0], 1, 2)
array([1.])
""",
    "linear_log_sig": """
A step of 2 that becomes longer:

>>> import treealg
>>> treealg.linear_log_sig_jvp([2.0], [1.0], 1, 2)
array([1., 0.])
""",
    "linear_log_sig_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.linear_log_sig_backprop_jvp([1.0, 0.0], [1.0, 0.0], [2.0], [1.0], 1, 2)
array([1.])
""",
    "sig_to_branched_sig": """
What belongs to a step of 2 that becomes longer:

>>> import treealg
>>> treealg.sig_to_branched_sig_jvp([2.0, 2.0], [1.0, 2.0], 1, 2)
array([1., 2.])
""",
    "sig_to_branched_sig_backprop": """
With derivatives that come in growing, at a step of 2:

>>> import treealg
>>> treealg.sig_to_branched_sig_backprop_jvp([1.0, 0.0], [1.0, 0.0], 1, 2)
array([1., 0.])
""",
    "branched_sig_to_sig": """
What belongs to a step of 2 that becomes longer: the value of the cherry has no influence.

>>> import treealg
>>> treealg.branched_sig_to_sig_jvp([2.0, 2.0, 8 / 3, 4 / 3], [1.0, 2.0, 4.0, 2.0], 1, 3)
array([1., 2., 2.])
""",
    "branched_sig_to_sig_backprop": """
With derivatives that come in growing:

>>> import treealg
>>> treealg.branched_sig_to_sig_backprop_jvp([1.0, 0.0], [1.0, 2.0], 1, 2)
array([1., 2.])
""",
    "expected_branched_sig": """
How the expectation of half the square of Brownian motion changes with its variance:

>>> import treealg
>>> treealg.expected_branched_sig_jvp([0.0], None, [[1.0]], [[1.0]], 2)
array([0. , 0.5])
""",
    "expected_branched_sig_backprop": """
The gradient in the drift grows with the drift:

>>> import treealg
>>> treealg.expected_branched_sig_backprop_jvp(
...     [0.0, 1.0], None, [3.0], [1.0], [[5.0]], None, 2
... )
(array([1.]), array([[0.]]))
""",
    "expected_branched_log_sig": """
>>> import treealg
>>> treealg.expected_branched_log_sig_jvp([3.0], None, [[1.0]], [[1.0]], 2)
array([0. , 0.5])
""",
    "expected_branched_log_sig_backprop": """
The gradient is linear in the derivatives that come in, and no function of the law:

>>> import treealg
>>> treealg.expected_branched_log_sig_backprop_jvp(
...     [0.0, 1.0], [0.0, 2.0], [3.0], [1.0], [[5.0]], None, 2
... )
(array([0.]), array([[1.]]))
""",
    "branched_sig_translate": """
In one channel the ladder has the value :math:`x_2 (1 + v_1)^2 + x_1 v_2`; in the direction of
:math:`v_1`:

>>> import treealg
>>> treealg.branched_sig_translate_jvp([3.0, 5.0], None, [[0.0, 7.0]], [[1.0, 0.0]], 1, 2)
array([ 3., 10.])
""",
    "branched_sig_translate_backprop": """
How the gradient of the ladder changes with :math:`v_1`:

>>> import treealg
>>> treealg.branched_sig_translate_backprop_jvp(
...     [0.0, 1.0], None, [3.0, 5.0], None, [[0.0, 7.0]], [[1.0, 0.0]], 1, 2
... )
(array([0., 2.]), array([[10.,  0.]]))
""",
    "bracket_path": """
The square of a step of 3 that becomes longer:

>>> import treealg
>>> treealg.bracket_path_jvp([[1.0], [4.0]], [[0.0], [1.0]])
array([[0., 0.],
       [1., 6.]])
""",
    "bracket_path_backprop": """
>>> import treealg
>>> derivs = [[0.0, 0.0], [0.0, 1.0]]
>>> treealg.bracket_path_backprop_jvp(derivs, None, [[1.0], [4.0]], [[0.0], [1.0]])
array([[-2.],
       [ 2.]])
""",
    "branched_sig_kernel": """
At depth 1 the kernel of two steps is the exponential of their product; of 0 and 2, the first of
which becomes longer:

>>> import treealg
>>> one, two, tangent = [[0.0], [0.0]], [[0.0], [2.0]], [[0.0], [1.0]]
>>> print(treealg.branched_sig_kernel_jvp(one, tangent, two, None, 1, 0))
2.0
""",
    "branched_sig_kernel_backprop": """
How the gradient in the first path changes as its step, of 0, becomes longer:

>>> import treealg
>>> one, two, tangent = [[0.0], [0.0]], [[0.0], [2.0]], [[0.0], [1.0]]
>>> left, _ = treealg.branched_sig_kernel_backprop_jvp(
...     1.0, None, one, tangent, two, None, 1, 0
... )
>>> left
array([[-4.],
       [ 4.]])
""",
    "branched_sig_kernel_gram": """
>>> import numpy as np, treealg
>>> one, two = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [2.0]], [[0.0], [3.0]]])
>>> treealg.branched_sig_kernel_gram_jvp(one, [[[0.0], [1.0]]], two, None, 1, 0)
array([[2., 3.]])
""",
    "branched_sig_kernel_gram_backprop": """
>>> import numpy as np, treealg
>>> one, two = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [2.0]], [[0.0], [3.0]]])
>>> left, _ = treealg.branched_sig_kernel_gram_backprop_jvp(
...     [[1.0, 1.0]], None, one, [[[0.0], [1.0]]], two, None, 1, 0
... )
>>> left
array([[[-13.],
        [ 13.]]])
""",
    "branched_mmd": """
Where two samples are the same, the estimate with pairs of one path is least:

>>> import numpy as np, treealg
>>> x, tangent = np.array([[[0.0], [1.0]]]), np.array([[[0.0], [1.0]]])
>>> print(treealg.branched_mmd_jvp(x, tangent, x, None, 1, 0, unbiased=False))
0.0
""",
    "branched_mmd_backprop": """
From a path at rest, of which kernels are 1, the square of the distance grows as that of the step:

>>> import numpy as np, treealg
>>> x, tangent = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [1.0]]])
>>> left, _ = treealg.branched_mmd_backprop_jvp(
...     1.0, None, x, tangent, x, None, 1, 0, unbiased=False, right_deriv=False
... )
>>> left
array([[[-2.],
        [ 2.]]])
""",
    "branched_scoring_rule": """
A forecast of rest, and a step of 2; the forecast moves:

>>> import numpy as np, treealg
>>> x, tangent = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [1.0]]])
>>> y = np.array([[0.0], [2.0]])
>>> print(treealg.branched_scoring_rule_jvp(x, tangent, y, None, 1, 0, unbiased=False))
-4.0
""",
    "branched_scoring_rule_backprop": """
>>> import numpy as np, treealg
>>> x, tangent = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [1.0]]])
>>> left, _ = treealg.branched_scoring_rule_backprop_jvp(
...     1.0, None, x, tangent, np.array([[0.0], [2.0]]), None, 1, 0, unbiased=False
... )
>>> left
array([[[ 6.],
        [-6.]]])
""",
    "expected_branched_scoring_rule": """
A forecast of rest, and a step of 2; the forecast moves:

>>> import numpy as np, treealg
>>> x, tangent = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [1.0]]])
>>> y = np.array([[[0.0], [2.0]]])
>>> print(treealg.expected_branched_scoring_rule_jvp(x, tangent, y, None, 1, 0, unbiased=False))
-4.0
""",
    "expected_branched_scoring_rule_backprop": """
>>> import numpy as np, treealg
>>> x, tangent = np.array([[[0.0], [0.0]]]), np.array([[[0.0], [1.0]]])
>>> left, _ = treealg.expected_branched_scoring_rule_backprop_jvp(
...     1.0, None, x, tangent, np.array([[[0.0], [2.0]]]), None, 1, 0, unbiased=False
... )
>>> left
array([[[ 6.],
        [-6.]]])
""",
}
