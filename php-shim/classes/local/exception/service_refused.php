<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local\exception;

/**
 * The service says no, and why: a problem detail (RFC 9457) of its JSON protocol.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class service_refused extends service_exception {
    /** @var string What stands for the service's code where something between has refused a request (HTTP 4xx). */
    public const ON_THE_WAY = 'requestrefused';

    /** @var string[] Refusals that may hold for what was asked for alone; others may be answered. */
    private const OF_ONE = ['invalidparameter', 'accessexception', self::ON_THE_WAY];

    /** @var array Sentences of our own for errors of the service that an administrator has to mend. */
    private const SENTENCES = [
        'invalidtoken' => 'servicetoken',
        'accessexception' => 'serviceforbidden',
        'invalidrecord' => 'serviceolder',
        'serviceunavailable' => 'servicefailed',
        'internalerror' => 'servicefailed',
        self::ON_THE_WAY => 'servicenonsense',
    ];

    /**
     * Constructor.
     *
     * @param string $detail What is wrong in this case.
     */
    public function __construct(
        /** @var string Code of the error, as the service names it. */
        public readonly string $servicecode,
        /** @var string What the error means. */
        public readonly string $title,
        string $detail = '',
        /** @var array[] One entry for each part at fault, with sentence_en and sentence_ja where it has them. */
        public readonly array $problems = [],
    ) {
        $what = $detail === '' ? $title : "$title: $detail";
        parent::__construct(self::SENTENCES[$servicecode] ?? 'servicerefused', $what, $detail);
    }

    /**
     * Reads a problem detail.
     *
     * @param array $problem The JSON object.
     * @return self
     */
    public static function from_problem(array $problem): self {
        $text = fn(string $name): string => is_string($problem[$name] ?? null) ? $problem[$name] : '';
        $entries = is_array($problem['problems'] ?? null) ? array_values(array_filter($problem['problems'], 'is_array')) : [];
        return new self($text('errorcode'), $text('title'), $text('detail'), $entries);
    }

    /**
     * Tells whether it may hold for one activity or course alone, so that the others can be gone on with.
     *
     * @return bool
     */
    public function is_of_one(): bool {
        return in_array($this->servicecode, self::OF_ONE, true);
    }

    #[\Override]
    public function sentence(): string {
        $own = 'sentence_' . (str_starts_with(current_language(), 'ja') ? 'ja' : 'en');
        $sentences = array_filter(array_column($this->problems, $own), 'is_string');
        return $sentences ? implode(' ', $sentences) : parent::sentence();
    }
}
