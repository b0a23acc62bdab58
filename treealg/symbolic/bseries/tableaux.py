"""The coefficients of published methods, as text.

Rows of the matrix are separated by semicolons and may end early; the last row has the weights.
Entries are separated by spaces and are fractions or, without spaces, expressions in square roots.
Orders are those of the publications; the tests derive them from the tableaux.
"""

from __future__ import annotations

__all__ = ["ADDITIVE", "EMBEDDED", "EXPLICIT", "IMPLICIT", "LIE_GROUP", "ROSENBROCK"]

#: Name to (order, source, tableau).
EXPLICIT: dict[str, tuple[int, str, str]] = {
    "explicit_euler": (1, "Euler 1768", "; 1"),
    "explicit_midpoint": (2, "Runge 1895", "; 1/2; 0 1"),
    "heun2": (2, "Heun 1900", "; 1; 1/2 1/2"),
    "ralston2": (2, "Ralston 1962", "; 2/3; 1/4 3/4"),
    "heun3": (3, "Heun 1900", "; 1/3; 0 2/3; 1/4 0 3/4"),
    "kutta3": (3, "Kutta 1901", "; 1/2; -1 2; 1/6 2/3 1/6"),
    "ralston3": (3, "Ralston 1962", "; 1/2; 0 3/4; 2/9 1/3 4/9"),
    "ssprk3": (3, "Shu and Osher 1988", "; 1; 1/4 1/4; 1/6 1/6 2/3"),
    "rk4": (4, "Kutta 1901", "; 1/2; 0 1/2; 0 0 1; 1/6 1/3 1/3 1/6"),
    "rk38": (4, "Kutta 1901", "; 1/3; -1/3 1; 1 -1 1; 1/8 3/8 3/8 1/8"),
    "gill4": (
        4,
        "Gill 1951",
        "; 1/2; (sqrt(2)-1)/2 1-sqrt(2)/2; 0 -sqrt(2)/2 1+sqrt(2)/2;"
        "1/6 (2-sqrt(2))/6 (2+sqrt(2))/6 1/6",
    ),
    "merson4": (
        4,
        "Merson 1957",
        "; 1/3; 1/6 1/6; 1/8 0 3/8; 1/2 0 -3/2 2; 1/6 0 0 2/3 1/6",
    ),
    "bogacki_shampine32": (
        3,
        "Bogacki and Shampine 1989",
        "; 1/2; 0 3/4; 2/9 1/3 4/9; 2/9 1/3 4/9 0",
    ),
    "fehlberg54": (
        5,
        "Fehlberg 1969",
        "; 1/4; 3/32 9/32; 1932/2197 -7200/2197 7296/2197; 439/216 -8 3680/513 -845/4104;"
        "-8/27 2 -3544/2565 1859/4104 -11/40; 16/135 0 6656/12825 28561/56430 -9/50 2/55",
    ),
    "cash_karp54": (
        5,
        "Cash and Karp 1990",
        "; 1/5; 3/40 9/40; 3/10 -9/10 6/5; -11/54 5/2 -70/27 35/27;"
        "1631/55296 175/512 575/13824 44275/110592 253/4096; 37/378 0 250/621 125/594 0 512/1771",
    ),
    "dormand_prince54": (
        5,
        "Dormand and Prince 1980",
        "; 1/5; 3/40 9/40; 44/45 -56/15 32/9; 19372/6561 -25360/2187 64448/6561 -212/729;"
        "9017/3168 -355/33 46732/5247 49/176 -5103/18656;"
        "35/384 0 500/1113 125/192 -2187/6784 11/84; 35/384 0 500/1113 125/192 -2187/6784 11/84 0",
    ),
    "kutta_nystrom5": (
        5,
        "Kutta 1901, corrected by Nystrom 1925",
        "; 1/3; 4/25 6/25; 1/4 -3 15/4; 2/27 10/9 -50/81 8/81; 2/25 12/25 2/15 8/75 0;"
        "23/192 0 125/192 0 -27/64 125/192",
    ),
    "butcher5": (
        5,
        "Butcher 1964",
        "; 1/4; 1/8 1/8; 0 -1/2 1; 3/16 0 0 9/16; -3/7 2/7 12/7 -12/7 8/7;"
        "7/90 0 32/90 12/90 32/90 7/90",
    ),
    "butcher6": (
        6,
        "Butcher 1964",
        "; 1/3; 0 2/3; 1/12 1/3 -1/12; -1/16 9/8 -3/16 -3/8; 0 9/8 -3/8 -3/4 1/2;"
        "9/44 -9/11 63/44 18/11 0 -16/11; 11/120 0 27/40 27/40 -4/15 -4/15 11/120",
    ),
}

#: Name of a pair to (order, weights) of its other method.
EMBEDDED: dict[str, tuple[int, str]] = {
    "bogacki_shampine32": (2, "7/24 1/4 1/3 1/8"),
    "fehlberg54": (4, "25/216 0 1408/2565 2197/4104 -1/5 0"),
    "cash_karp54": (4, "2825/27648 0 18575/48384 13525/55296 277/14336 1/4"),
    "dormand_prince54": (4, "5179/57600 0 7571/16695 393/640 -92097/339200 187/2100 1/40"),
}

#: Name to (order, source, tableau).
IMPLICIT: dict[str, tuple[int, str, str]] = {
    "implicit_euler": (1, "Cauchy 1824", "1; 1"),
    "implicit_midpoint": (2, "Gauss, 1 stage", "1/2; 1"),
    "trapezoidal": (2, "Lobatto IIIA, 2 stages", "; 1/2 1/2; 1/2 1/2"),
    "gauss4": (
        4,
        "Hammer and Hollingsworth 1955",
        "1/4 1/4-sqrt(3)/6; 1/4+sqrt(3)/6 1/4; 1/2 1/2",
    ),
    "gauss6": (
        6,
        "Kuntzmann 1961, Butcher 1964",
        "5/36 2/9-sqrt(15)/15 5/36-sqrt(15)/30; 5/36+sqrt(15)/24 2/9 5/36-sqrt(15)/24;"
        "5/36+sqrt(15)/30 2/9+sqrt(15)/15 5/36; 5/18 4/9 5/18",
    ),
    "radau_ia3": (3, "Ehle 1969", "1/4 -1/4; 1/4 5/12; 1/4 3/4"),
    "radau_ia5": (
        5,
        "Ehle 1969",
        "1/9 (-1-sqrt(6))/18 (-1+sqrt(6))/18; 1/9 11/45+7*sqrt(6)/360 11/45-43*sqrt(6)/360;"
        "1/9 11/45+43*sqrt(6)/360 11/45-7*sqrt(6)/360; 1/9 4/9+sqrt(6)/36 4/9-sqrt(6)/36",
    ),
    "radau_iia3": (3, "Ehle 1969", "5/12 -1/12; 3/4 1/4; 3/4 1/4"),
    "radau_iia5": (
        5,
        "Ehle 1969",
        "11/45-7*sqrt(6)/360 37/225-169*sqrt(6)/1800 -2/225+sqrt(6)/75;"
        "37/225+169*sqrt(6)/1800 11/45+7*sqrt(6)/360 -2/225-sqrt(6)/75;"
        "4/9-sqrt(6)/36 4/9+sqrt(6)/36 1/9; 4/9-sqrt(6)/36 4/9+sqrt(6)/36 1/9",
    ),
    "lobatto_iiia4": (4, "Ehle 1969", "; 5/24 1/3 -1/24; 1/6 2/3 1/6; 1/6 2/3 1/6"),
    "lobatto_iiib2": (2, "Ehle 1969", "1/2; 1/2; 1/2 1/2"),
    "lobatto_iiib4": (4, "Ehle 1969", "1/6 -1/6; 1/6 1/3; 1/6 5/6; 1/6 2/3 1/6"),
    "lobatto_iiic2": (2, "Chipman 1971", "1/2 -1/2; 1/2 1/2; 1/2 1/2"),
    "lobatto_iiic4": (
        4,
        "Chipman 1971",
        "1/6 -1/3 1/6; 1/6 5/12 -1/12; 1/6 2/3 1/6; 1/6 2/3 1/6",
    ),
    "sdirk3": (
        3,
        "Norsett 1974, Crouzeix 1975",
        "1/2+sqrt(3)/6; -sqrt(3)/3 1/2+sqrt(3)/6; 1/2 1/2",
    ),
    "sdirk2": (2, "Alexander 1977", "1-sqrt(2)/2; sqrt(2)/2 1-sqrt(2)/2; sqrt(2)/2 1-sqrt(2)/2"),
}

#: Name to (order, source, one tableau per colour).
ADDITIVE: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "symplectic_euler": (1, "de Vogelaere 1956", ("1; 1", "; 1")),
    "stormer_verlet": (
        2,
        "Stormer 1907, Verlet 1967",
        ("; 1/2 1/2; 1/2 1/2", "1/2; 1/2; 1/2 1/2"),
    ),
    "lobatto_iiia_iiib4": (
        4,
        "Sun 1993, Jay 1996",
        (
            "; 5/24 1/3 -1/24; 1/6 2/3 1/6; 1/6 2/3 1/6",
            "1/6 -1/6; 1/6 1/3; 1/6 5/6; 1/6 2/3 1/6",
        ),
    ),
    "imex_euler": (1, "Ascher, Ruuth and Spiteri 1997", ("; 1; 1 0", "; 0 1; 0 1")),
    "ars222": (
        2,
        "Ascher, Ruuth and Spiteri 1997",
        (
            "; 1-sqrt(2)/2; -sqrt(2)/2 1+sqrt(2)/2; -sqrt(2)/2 1+sqrt(2)/2 0",
            "; 0 1-sqrt(2)/2; 0 sqrt(2)/2 1-sqrt(2)/2; 0 sqrt(2)/2 1-sqrt(2)/2",
        ),
    ),
    "ars443": (
        3,
        "Ascher, Ruuth and Spiteri 1997",
        (
            "; 1/2; 11/18 1/18; 5/6 -5/6 1/2; 1/4 7/4 3/4 -7/4; 1/4 7/4 3/4 -7/4 0",
            "; 0 1/2; 0 1/6 1/2; 0 -1/2 1/2 1/2; 0 3/2 -3/2 1/2 1/2; 0 3/2 -3/2 1/2 1/2",
        ),
    ),
}

#: Name to (order, source, form, alpha or a with the weights, gamma or c without its diagonal,
#: diagonal entry of gamma).
ROSENBROCK: dict[str, tuple[int, str, str, str, str, str]] = {
    "rosenbrock_euler": (1, "Rosenbrock 1963", "plain", "; 1", "", "1"),
    "rosenbrock_midpoint": (2, "Rosenbrock 1963", "plain", "; 1", "", "1/2"),
    "ros2": (2, "Verwer et al. 1999", "plain", "; 1; 1/2 1/2", "; -2-sqrt(2)", "1+sqrt(2)/2"),
    "ros3p": (
        3,
        "Lang and Verwer 2001",
        "plain",
        "; 1; 1 0; 2/3 0 1/3",
        "; -1; -1/2-sqrt(3)/6 -1/2-sqrt(3)/3",
        "1/2+sqrt(3)/6",
    ),
    "shampine4": (
        4,
        "Shampine 1982",
        "transformed",
        "; 2; 48/25 6/25; 48/25 6/25 0; 19/9 1/2 25/108 125/108",
        "; -8; 372/25 12/5; -112/125 -54/125 -2/5",
        "1/2",
    ),
}

#: Name to (order, source, form, stages or A, step or B). In the form "exponentials" those of a
#: stage are separated by a stroke, the first to act on the point first.
LIE_GROUP: dict[str, tuple[int, str, str, str, str]] = {
    "lie_euler": (1, "Euler 1768, with one exponential", "exponentials", "", "1"),
    "lie_midpoint": (
        2,
        "Runge 1895, with one exponential per stage",
        "exponentials",
        "; 1/2",
        "0 1",
    ),
    "crouch_grossman3": (
        3,
        "Crouch and Grossman 1993",
        "tableau",
        "; 3/4; 119/216 17/108",
        "13/51 -2/3 24/17",
    ),
    "cmo3": (
        3,
        "Celledoni, Marthinsen and Owren 2003",
        "exponentials",
        "; 1/3; 0 2/3",
        "1/3 | -1/12 0 3/4",
    ),
    "williamson3": (
        3,
        "Williamson 1980, with one exponential per stage",
        "low storage",
        "0 -5/9 -153/128",
        "1/3 15/16 8/15",
    ),
    "cmo4": (
        4,
        "Celledoni, Marthinsen and Owren 2003",
        "exponentials",
        "; 1/2; 0 1/2; 1/2 | -1/2 0 1",
        "1/4 1/6 1/6 -1/12 | -1/12 1/6 1/6 1/4",
    ),
}
