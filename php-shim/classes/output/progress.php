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

namespace mod_lticontainer\output;

use mod_lticontainer\local\answer;
use mod_lticontainer\local\people;
use renderable;
use renderer_base;
use templatable;

/**
 * The class as a matrix of students and code cells, those who are stuck first.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class progress implements renderable, templatable {
    /** @var string[] States in the order of the table, with Bootstrap's words for their colours. */
    private const STATES = [
        'stuck' => 'danger', 'working' => 'primary', 'not_started' => 'secondary', 'finished' => 'success',
    ];

    /** @var array[] Fields of the matrix by the service's number: name and sign. */
    private const FIELDS = [
        0 => ['notrun', '·'],
        1 => ['ok', '✓'],
        2 => ['error', '✗'],
    ];

    /** @var string[] Bootstrap's words for the fields. */
    private const COLOURS = ['text-muted', 'text-success', 'text-danger'];

    /** @var int How many of the hardest cells are named. */
    private const HARDEST = 5;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var answer|null What get_progress says; null: it failed. */
        private readonly ?answer $matrix,
        /** @var filters The form that chooses what is shown. */
        private readonly filters $form,
        /** @var people Who has which name. */
        private readonly people $people,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $context = ['filters' => $this->form->export_for_template($output), 'hasmatrix' => $this->matrix !== null];
        if ($this->matrix === null) {
            return $context;
        }
        $students = $this->sorted();
        return $context + [
            'isempty' => !$students,
            'counts' => $this->counts($students),
            'files' => $this->files(),
            'cells' => array_map(fn(answer $cell) => ['label' => $cell->text('label')], $this->matrix->rows('cells')),
            'students' => array_map($this->row(...), $students),
            'hardest' => $this->hardest(),
        ];
    }

    /**
     * Returns the students: who is stuck first, and among them who has waited longest.
     *
     * @return answer[]
     */
    private function sorted(): array {
        $students = $this->matrix->rows('students');
        $names = array_map(fn(answer $one) => $this->people->name($one->text('username')), $students);
        \core_collator::asort($names);
        $byname = array_flip(array_keys($names));
        $states = array_flip(array_keys(self::STATES));
        $key = fn(int $number, answer $one) => [
            $states[$one->text('state')] ?? count($states),
            $one->text('state') === 'stuck' ? -$one->number('last_age') : 0,
            $byname[$number],
        ];
        $keys = array_map($key, array_keys($students), $students);
        array_multisort($keys, SORT_REGULAR, array_keys($students), SORT_NUMERIC, $students);
        return $students;
    }

    /**
     * Returns how many students are in each state.
     *
     * @param answer[] $students The students.
     * @return array[]
     */
    private function counts(array $students): array {
        $counts = array_count_values(array_map(fn(answer $one) => $one->text('state'), $students));
        return array_map(fn(string $state) => self::state($state) + ['count' => $counts[$state] ?? 0], array_keys(self::STATES));
    }

    /**
     * Returns the notebooks, each over its cells.
     *
     * @return array[]
     */
    private function files(): array {
        $files = [];
        foreach ($this->matrix->rows('cells') as $cell) {
            $name = $cell->text('filename');
            $last = array_key_last($files);
            if ($last !== null && $files[$last]['name'] === $name) {
                $files[$last]['span']++;
            } else {
                $files[] = ['name' => $name, 'span' => 1];
            }
        }
        return $files;
    }

    /**
     * Returns a student as the template takes one.
     *
     * @param answer $student A student of get_progress.
     * @return array
     */
    private function row(answer $student): array {
        $age = $student->number('last_age');
        $tries = array_map(null, $student->numbers('cells'), $student->numbers('oks'), $student->numbers('errors'));
        return self::state($student->text('state')) + [
            'name' => $this->people->name($student->text('username')),
            'username' => $student->text('username'),
            'since' => $age < 0 ? '' : format_time(max(1, $age)),
            'fields' => array_map(fn(array $one) => self::field((int) $one[0], (int) $one[1], (int) $one[2]), $tries),
        ];
    }

    /**
     * Returns a field of the matrix.
     *
     * @param int $what The service's number.
     * @param int $oks Tries that were OK.
     * @param int $errors Tries that were not.
     * @return array
     */
    private static function field(int $what, int $oks, int $errors): array {
        [$name, $sign] = self::FIELDS[$what] ?? self::FIELDS[0];
        $tries = $oks + $errors ? get_string('progress_tries', 'mod_lticontainer', $oks + $errors) : '';
        return [
            'sign' => $sign,
            'colour' => self::COLOURS[$what] ?? self::COLOURS[0],
            'word' => trim(get_string("progress_$name", 'mod_lticontainer') . ' ' . $tries),
        ];
    }

    /**
     * Returns a state in words and colour.
     *
     * @param string $state The service's word.
     * @return array
     */
    private static function state(string $state): array {
        $known = isset(self::STATES[$state]) ? $state : 'not_started';
        return ['state' => get_string("state_$known", 'mod_lticontainer'), 'colour' => self::STATES[$known]];
    }

    /**
     * Returns the cells at which most fail.
     *
     * @return array[]
     */
    private function hardest(): array {
        $cells = $this->matrix->rows('cells');
        $indexes = array_slice($this->matrix->numbers('hardest'), 0, self::HARDEST);
        $found = array_filter(array_map(fn(int $index) => $cells[$index] ?? null, $indexes));
        $failed = array_filter($found, fn(answer $cell) => $cell->number('errors') > 0);
        return array_map(fn(answer $cell) => [
            'file' => $cell->text('filename'),
            'label' => $cell->text('label'),
            'percent' => $cell->number('error_percent'),
            'solved' => $cell->number('solved'),
            'students' => $cell->number('students'),
            'tries' => $cell->text('median_tries'),
        ], array_values($failed));
    }
}
