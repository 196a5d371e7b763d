package kernel

// The numbers that the reference functions and the assembly share; _gen reads
// them from this file. The polynomials are minimax fits made for this package
// by the Remez algorithm in 400-bit arithmetic and then rounded.
const (
	// round2Int added to a number below 2^51 in magnitude rounds it to an
	// integer, to even in case of a tie, which then stands in the low bits.
	round2Int     = 0x1.8p52
	round2IntBits = 0x4338000000000000

	halfPi = 0x1.921fb54442d18p+0

	// π/2 in three parts of 33 bits, whose products with a number of quadrants
	// are exact, and a rest; 2/π; and how far that is precise enough.
	quadrant1   = 0x1.921fb54400000p+0
	quadrant2   = 0x1.0b4611a600000p-34
	quadrant3   = 0x1.3198a2e000000p-69
	quadrant4   = 0x1.b839a252049c1p-104
	perQuadrant = 0x1.45f306dc9c883p-1
	quadrantFew = 0x1p19

	// ln2Hi has 32 bits, so that its product with an exponent is exact; ln2Hi +
	// ln2Lo is log(2) to 2^-86.
	log2E = 0x1.71547652b82fep+0
	ln2Hi = 0x1.62e42fee00000p-1
	ln2Lo = 0x1.a39ef35793c76p-33

	// Exp stays at 0 below expMin and at +Inf above expMax.
	expMin = -746.0
	expMax = 710.0
	// Expm1 stays at -1 below this.
	expm1Min = -50.0

	// e^r = 1 + r + r^2/2 + r^3*(expC3 + r*(expC4 + …)) for |r| <= log(2)/2,
	// with an error below 2^-60 r.
	expC3  = 0x1.5555555555559p-3
	expC4  = 0x1.5555555555559p-5
	expC5  = 0x1.111111110f6f5p-7
	expC6  = 0x1.6c16c16c14870p-10
	expC7  = 0x1.a01a01afce096p-13
	expC8  = 0x1.a01a01b02d43cp-16
	expC9  = 0x1.71ddf885abb69p-19
	expC10 = 0x1.27e4c5d29fa5fp-22
	expC11 = 0x1.af5e728ab3206p-26
	expC12 = 0x1.1f961e8c4680ap-29

	// logBias brings the significand of a number into [sqrt(1/2), sqrt(2)) by
	// a carry into the exponent: these are the upper bits of sqrt(1/2).
	logBias = 0x3FE6A09E00000000

	// log((1+s)/(1-s)) = 2*s + s*z*(logC1 + z*(logC2 + …)) with z = s^2 for
	// |s| <= 0.1716, with an error below 2^-58 of the result.
	logC1 = 0x1.5555555555592p-1
	logC2 = 0x1.999999997fd37p-2
	logC3 = 0x1.24924941f8c84p-2
	logC4 = 0x1.c71c5202be3b8p-3
	logC5 = 0x1.7466405914888p-3
	logC6 = 0x1.39a19386921cep-3
	logC7 = 0x1.2f070231439cdp-3

	// sin(r) = r + r*z*(sinC1 + z*(sinC2 + …)) with z = r^2 for |r| <= π/4,
	// with an error below 2^-56 of the result.
	sinC1 = -0x1.5555555555548p-3
	sinC2 = 0x1.111111110f7cap-7
	sinC3 = -0x1.a01a019bfd163p-13
	sinC4 = 0x1.71de3567115e3p-19
	sinC5 = -0x1.ae5e59f522618p-26
	sinC6 = 0x1.5d8fa30fc5518p-33

	// cos(r) = 1 - z/2 + z^2*(cosC2 + z*(cosC3 + …)) with z = r^2 for
	// |r| <= π/4, with an error below 2^-59 of the result.
	cosC2 = 0x1.555555555554bp-5
	cosC3 = -0x1.6c16c16c14f8ap-10
	cosC4 = 0x1.a01a019c83939p-16
	cosC5 = -0x1.27e4f7ea39575p-22
	cosC6 = 0x1.1ee9d753af332p-29
	cosC7 = -0x1.8fa4667aacf72p-37
)
